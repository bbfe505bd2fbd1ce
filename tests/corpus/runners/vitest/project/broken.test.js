import { test } from "vitest";
import "./not-there";
test("never", () => {});
