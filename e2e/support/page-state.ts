import type { Page } from "@playwright/test"
import { registerUnverified, registerVerified } from "./client"
import type { Mailbox } from "./mailbox"
import type { TestServer } from "./server"
import type { states } from "./states.mjs"

type StateContext = Parameters<(typeof states)[string]>[0]

/** What a page's states need: somebody who may come in, and somebody who may not yet. */
export async function stateContext(page: Page, server: TestServer, mailbox: Mailbox): Promise<StateContext> {
	const { person: newcomer, url: link, cookie } = await registerUnverified(server, mailbox)
	return { page, url: server.url, member: await registerVerified(server, mailbox), newcomer, link, cookie }
}
