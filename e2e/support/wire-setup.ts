import { inject } from "vitest"

// Read by e2e/support/database.ts.
process.env.TEST_POSTGRES_URL = inject("postgresUrl") ?? ""
