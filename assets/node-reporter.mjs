// What longhaul reads of `node --test`: node's own JUnit report, with the file of a test before its name.
import { readFileSync } from "node:fs";
import { junit } from "node:test/reporters";

// Whether a file has tests for this runner: it takes the runner's functions, and calls one.
function holdsTests(path) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return false;
  }
  const code = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, "$1");
  const named = code.match(/([\w$]+)\s*(?:=\s*require\s*\(|from)\s*["']node:test["']/);
  const calls = ["test", "it", "describe", "suite", ...(named ? [named[1].replace(/\$/g, "\\$")] : [])];
  return /["']node:test["']/.test(code) && new RegExp(`(^|[^\\w.$])(${calls.join("|")})(\\.\\w+)?\\s*\\(`, "m").test(code);
}

// A file whose process ended well before its tests were told of: they did not run, whatever its exit code says.
function unheard({ data }) {
  const error = new Error(
    "its tests did not run: it holds some, and its process ended without a word of them (did something call process.exit?)",
  );
  error.failureType = "testCodeFailure";
  error.cause = error.message;
  error.stack = error.message;
  return { type: "test:fail", data: { ...data, details: { ...data.details, error } } };
}

async function* located(events) {
  for await (const event of events) {
    const { file, name, nesting } = event.data;
    const whole = nesting === 0 && file && name && file.endsWith(name);
    // A file that fails as a whole is a test that is named after it; so is one that told of no test of its own.
    const leads = nesting === 0 && file && name && !whole;
    if (whole && event.type === "test:pass" && holdsTests(file)) {
      yield unheard(event);
    } else {
      yield leads ? { ...event, data: { ...event.data, name: `${file}: ${name}` } } : event;
    }
  }
}

export default (events) => junit(located(events));
