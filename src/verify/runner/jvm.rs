//! Java and its kin: Maven and Gradle, which leave JUnit files in the project.

use super::{Found, Root, Runner};

/// `mvn test`.
pub(super) const MAVEN: Runner = Runner {
    name: "maven",
    find: |root| {
        root.has("pom.xml").then(|| Found {
            command: format!("{} -B -fae test", wrapper(root, "mvnw", "mvn")),
            reason: "there is a pom.xml".into(),
            reports: vec!["**/target/surefire-reports/TEST-*.xml".into()],
        })
    },
};

/// `gradle test`.
pub(super) const GRADLE: Runner = Runner {
    name: "gradle",
    find: |root| {
        let file = root.first(&["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"])?;
        Some(Found {
            // Results of unchanged tests are not written anew unless they are run anew.
            command: format!(
                "{} test --continue --rerun-tasks --console=plain",
                wrapper(root, "gradlew", "gradle")
            ),
            reason: format!("there is a {file}"),
            reports: vec!["**/build/test-results/**/TEST-*.xml".into()],
        })
    },
};

fn wrapper(root: &Root, script: &str, program: &'static str) -> String {
    if root.is_file(script) {
        format!("sh ./{script}")
    } else {
        program.to_owned()
    }
}
