import type { Page } from "@playwright/test"
import { config } from "../../app/auth.config"
import { registerUnverified, registerVerified } from "./client"
import type { Mailbox } from "./mailbox"
import type { TestServer } from "./server"
import { states } from "./states.mjs"

type StateContext = Parameters<(typeof states)[string]>[0]

/** What a page's states need: somebody who may come in, and somebody who may not yet. */
export async function stateContext(page: Page, server: TestServer, mailbox: Mailbox): Promise<StateContext> {
	const { person: newcomer, ...mailed } = config.verification.enabled
		? await registerUnverified(server, mailbox)
		: { person: await registerVerified(server, mailbox), url: "", cookie: "" }
	const member = await registerVerified(server, mailbox)
	const superuser = await registerVerified(server, mailbox)
	server.database.prepare(`UPDATE "User" SET superuser = true WHERE username = ?`).run(superuser.username)
	return { page, url: server.url, member, newcomer, superuser, link: mailed.url, cookie: mailed.cookie }
}

/** Those that this configuration has. */
export const reachableStates = Object.entries(states).filter(
	([name]) => config.verification.enabled || !name.includes("verif"),
)
