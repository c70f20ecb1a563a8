import { clientOf, newSession, type Person, registerVerified } from "./client"
import type { Mailbox } from "./mailbox"
import { userRow } from "./rows"
import type { TestServer } from "./server"

export type Account = { person: Person; id: string; path: string; cookie: string }

/** Somebody with a confirmed address who is signed in. */
export async function newAccount(server: TestServer, mailbox: Mailbox): Promise<Account> {
	const person = await registerVerified(server, mailbox)
	const id = String(userRow(server, person.username).id)
	return { person, id, path: `/users/${id}`, cookie: await newSession(server, person) }
}

/** The same, as a superuser. */
export async function newSuperuser(server: TestServer, mailbox: Mailbox): Promise<Account> {
	const account = await newAccount(server, mailbox)
	server.database.prepare(`UPDATE "User" SET superuser = true WHERE id = ?`).run(account.id)
	return account
}

/** PATCH or DELETE, as JSON. */
export function sendJson(
	server: TestServer,
	method: "PATCH" | "DELETE",
	path: string,
	body: object | undefined,
	{ cookie }: { cookie: string },
) {
	const type: Record<string, string> = body ? { "Content-Type": "application/json" } : {}
	const headers = { Accept: "application/json", Cookie: cookie, ...type }
	return clientOf(server).send(path, { method, headers, body: body && JSON.stringify(body) })
}
