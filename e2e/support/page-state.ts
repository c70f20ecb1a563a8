import type { Page } from "@playwright/test"
import { config } from "../../app/auth.config"
import { registerUnverified, registerVerified } from "./client"
import type { Mailbox } from "./mailbox"
import type { TestServer } from "./server"
import { scriptedStates, states } from "./states.mjs"

type StateContext = Parameters<(typeof states)[string]>[0]

/** What a page's states need: somebody who may come in, and somebody who may not yet. */
export async function stateContext(page: Page, server: TestServer, mailbox: Mailbox): Promise<StateContext> {
	// At once, as each waits for a mail.
	const [{ person: newcomer, ...mailed }, member, superuser] = await Promise.all([
		config.verification.enabled
			? registerUnverified(server, mailbox)
			: registerVerified(server, mailbox).then((person) => ({ person, url: "", cookie: "" })),
		registerVerified(server, mailbox),
		registerVerified(server, mailbox),
	])
	server.database.prepare(`UPDATE "User" SET superuser = true WHERE username = ?`).run(superuser.username)
	const context = {
		page,
		url: server.url,
		member,
		newcomer,
		superuser,
		link: mailed.url,
		cookie: mailed.cookie,
	}
	return { ...context, mailed: async (address) => (await mailbox.next(address)).links[0] ?? "" }
}

/** Those that this configuration has. */
export const reachableStates = Object.entries(states).filter(
	([name]) =>
		(config.verification.enabled || !name.includes("verif")) &&
		(config.passwordReset.enabled || (!name.includes("reset-password") && !name.includes("forgot-password"))),
)

/** For those that only a script brings about. */
export function tagOf(state: string): { tag: string[] } {
	return { tag: scriptedStates.has(state) ? ["@js"] : [] }
}

/** What is another in every test, by what it is called in `e2e/spoken`. */
export function namesIn({ member, newcomer, superuser }: StateContext): Record<string, string> {
	return Object.fromEntries(
		Object.entries({ member, newcomer, superuser }).flatMap(([name, { username, email }]) => [
			[name, username],
			[`${name}.email`, email],
		]),
	)
}
