import { test as base, type ConsoleMessage, expect, type Page } from "@playwright/test"
import { freshAddress, type Person, registerVerified, somebody } from "./support/client"
import { type Mailbox, startMailbox } from "./support/mailbox"
import { POLLS_OFTEN, startServer, type TestServer } from "./support/server"

export { expect }

type Fixtures = {
	/** A client address of the test's own, so that limits stay on. */
	address: string
	/** Somebody without an account. */
	person: Person
	/** Somebody with an account and a confirmed address. */
	member: Person
	/** Opens a page and, where scripts run, waits until they have taken over. */
	open: (path: string) => Promise<void>
	signIn: (person: Person) => Promise<void>
}

type WorkerFixtures = { mailbox: Mailbox; server: TestServer }

export const test = base.extend<Fixtures, WorkerFixtures>({
	mailbox: [
		// biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
		async ({}, provide) => {
			const mailbox = await startMailbox()
			await provide(mailbox)
			await mailbox.close()
		},
		{ scope: "worker" },
	],
	server: [
		async ({ mailbox }, provide) => {
			const server = await startServer({ env: { SMTP_URL: mailbox.url }, settings: { mail: POLLS_OFTEN } })
			await provide(server)
			await server.stop()
		},
		{ scope: "worker" },
	],
	baseURL: ({ server }, provide) => provide(server.url),
	// biome-ignore lint/correctness/noEmptyPattern: see above
	address: ({}, provide) => provide(freshAddress()),
	extraHTTPHeaders: ({ address }, provide) => provide({ "X-Forwarded-For": address }),
	// biome-ignore lint/correctness/noEmptyPattern: see above
	person: ({}, provide) => provide(somebody()),
	member: async ({ server, mailbox }, provide) => provide(await registerVerified(server, mailbox)),
	page: async ({ page }, provide) => {
		const faults = collectFaults(page)
		await provide(page)
		expect(faults, "errors that the browser reported").toEqual([])
	},
	open: ({ page, javaScriptEnabled }, provide) =>
		provide(async (path) => {
			await page.goto(path)
			if (javaScriptEnabled) await hydrated(page)
		}),
	signIn: ({ page, open }, provide) =>
		provide(async ({ username, password }) => {
			await open("/login")
			await page.getByLabel("User name or e-mail").fill(username)
			await page.getByLabel("Password", { exact: true }).fill(password)
			await page.getByRole("button", { name: "Sign in" }).click()
			await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${username}`)
		}),
})

/** Exceptions, refused scripts and styles, and failed hydration all end here. Refused forms are not faults. */
function collectFaults(page: Page): string[] {
	const faults: string[] = []
	page.on("pageerror", (error) => faults.push(String(error)))
	page.on("console", (message) => {
		if (message.type() === "error" && !isRefusal(message)) faults.push(message.text())
	})
	return faults
}

function isRefusal(message: ConsoleMessage): boolean {
	const { pathname } = new URL(message.location().url || "about:blank")
	const isPage = !/^\/(?:assets|favicon)/.test(pathname)
	// The second is what a test that cuts the connection says.
	const refusals =
		/Failed to load resource: (?:the server responded with a status of 4\d\d|net::ERR_BLOCKED_BY_CLIENT)/
	return isPage && refusals.test(message.text())
}

/** React leaves a mark on what it has taken over. Error pages bring no script, and are none the worse. */
export async function hydrated(page: Page): Promise<void> {
	if (await page.locator("main .status").count()) return
	await page.waitForFunction(() =>
		Object.keys(document.querySelector("main") ?? {}).some((key) => key.startsWith("__reactFiber")),
	)
	// Effects run after that; the control that shows a password is one.
	if (await page.locator("input[name=password]").count()) await page.locator(".toggle").first().waitFor()
}
