import { defineConfig } from "prisma/config"

const url = process.env.DATABASE_URL ?? "file:./data/gatehouse.db"
const isPostgres = url.startsWith("postgres")

/** For Prisma's own command line (`npx prisma studio`, …); the server does not read it. */
export default defineConfig({
	schema: isPostgres ? "app/db/generated/postgres.prisma" : "prisma/schema.prisma",
	migrations: { path: `prisma/migrations/${isPostgres ? "postgres" : "sqlite"}` },
	datasource: { url },
})
