import type { TestProject } from "vitest/node"
import { startCluster } from "./postgres-cluster"

declare module "vitest" {
	interface ProvidedContext {
		/** Of a PostgreSQL server for the tests; without one they run on SQLite. */
		postgresUrl?: string
	}
}

/** One server for all files of the project `wire-postgres`; each server under test has a database of its own on it. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
	const cluster = await startCluster()
	provide("postgresUrl", cluster.urlOf())
	return cluster.stop
}
