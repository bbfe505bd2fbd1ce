// What longhaul reads of `node --test`: node's own JUnit report, with the file of a test before its name.
import { junit } from "node:test/reporters";

async function* located(events) {
  for await (const event of events) {
    const { file, name, nesting } = event.data;
    // A file that fails as a whole is a test that is named after it.
    const leads = nesting === 0 && file && name && !file.endsWith(name);
    yield leads ? { ...event, data: { ...event.data, name: `${file}: ${name}` } } : event;
  }
}

export default (events) => junit(located(events));
