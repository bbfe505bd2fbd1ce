// Loaded before the program of every node process that a test command starts: the first of them that is jest or vitest itself is asked
// for the document that its own option asks it for. Workers and the program under test are left as they are.
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";

const OPTIONS = {
  jest: (file) => ["--json", `--outputFile=${file}`],
  vitest: (file) => ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
};
const options = OPTIONS[basename(process.argv[1] ?? "").replace(/\.m?js$/, "")];
const file = process.env.LONGHAUL_ASKED_REPORT;
if (isMainThread && options && file) {
  // What it starts in its turn is not asked.
  delete process.env.LONGHAUL_ASKED_REPORT;
  const end = process.argv.indexOf("--");
  process.argv.splice(end < 0 ? process.argv.length : end, 0, ...options(file));
}
