import { defineConfig } from "prisma/config"

/** For Prisma's own command line (`npx prisma studio`, …); the server does not read it. */
export default defineConfig({
	schema: "prisma/schema.prisma",
	migrations: { path: "prisma/migrations/sqlite" },
	datasource: { url: process.env.DATABASE_URL ?? "file:./data/gatehouse.db" },
})
