import { setTimeout as pause } from "node:timers/promises"
import { expect } from "vitest"
import { type Answer, clientOf, linkFields, type Person } from "./client"
import { isOnPostgres, type TestDatabase, tablesOf } from "./database"
import type { Mailbox } from "./mailbox"
import type { TestServer } from "./server"

/** The answer to a request; null when the server died before it could give one. */
export function answerOf(request: Promise<Answer>): Promise<Answer | null> {
	return request.catch(() => null)
}

/** Waits for the next mail, and uses its link. */
export async function verifyByMail(
	server: Pick<TestServer, "url">,
	mailbox: Mailbox,
	{ email }: Person,
): Promise<Answer> {
	const mail = await mailbox.next(email, 20_000)
	return clientOf(server).postJson("/verify", linkFields(mail.links[0] ?? ""))
}

export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 20_000): Promise<void> {
	const deadline = Date.now() + milliseconds
	while (!(await holds())) {
		if (Date.now() > deadline) throw new Error(`Did not come true in ${milliseconds} ms: ${holds}`)
		await pause(50)
	}
}

/** Waits until the process has killed itself. */
export async function death(server: TestServer): Promise<void> {
	await until(() => server.process.signalCode === "SIGKILL")
	await server.stop()
}

export function logged(server: TestServer, event: string): Record<string, unknown>[] {
	return server.logLines().filter((line) => line.event === event)
}

/** Everything that the database holds, as text to search. */
export function dump(database: TestDatabase): string {
	return JSON.stringify(tablesOf(database).map((table) => database.prepare(`SELECT * FROM "${table}"`).all()))
}

/** The file is not damaged. What PostgreSQL keeps is its own affair. */
export function expectWhole(database: TestDatabase): void {
	if (!isOnPostgres()) expect(database.pragma("integrity_check", { simple: true })).toBe("ok")
}

export function countRows(server: TestServer, table: "User" | "Session" | "OutboxMail"): number {
	return server.database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number
}
