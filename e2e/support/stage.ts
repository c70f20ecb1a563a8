import type { Page } from "@playwright/test"
import { clientOf, registerVerified, somebody } from "./client"
import type { Mailbox } from "./mailbox"
import type { TestServer } from "./server"
import type { states } from "./states.mjs"

type Stage = Parameters<(typeof states)[string]>[0]

/** What a page's states need: somebody who may come in, and somebody who may not yet. */
export async function setStage(page: Page, server: TestServer, mailbox: Mailbox): Promise<Stage> {
	const newcomer = somebody()
	const { username, email, password } = newcomer
	await clientOf(server).postJson("/register", { username, email, password, confirm_password: password })
	const link = (await mailbox.next(email)).links[0] ?? ""
	return { page, url: server.url, member: await registerVerified(server, mailbox), newcomer, link }
}
