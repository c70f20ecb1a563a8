import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

// Read by app/env.server.ts, once per test file: each has a database of its own.
process.env.NODE_ENV = "test"
process.env.SECRET = "unit-tests-sign-with-0123456789-abcdefghij"
process.env.APP_URL = "http://kit.test"
process.env.DATABASE_URL = `file:${join(mkdtempSync(join(tmpdir(), "gatehouse-")), "unit.db")}`
process.env.LOG_LEVEL = "silent"
