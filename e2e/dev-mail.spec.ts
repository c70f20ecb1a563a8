import { test as base, expect } from "./fixtures"
import { expectAccessibleInBothSchemes } from "./support/axe"
import { startServer } from "./support/server"

/** In development, without a mail server. */
const test = base.extend<object, { server: Awaited<ReturnType<typeof startServer>> }>({
	server: [
		// biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
		async ({}, provide) => {
			const server = await startServer({ env: { NODE_ENV: "development", SMTP_URL: "" } })
			await provide(server)
			await server.stop()
		},
		{ scope: "worker" },
	],
})

test("in development a mail is read in the browser, and its link confirms the address", async ({
	page,
	open,
	request,
	person,
	javaScriptEnabled,
}) => {
	const { username, email, password } = person
	const data = { username, email, password, confirm_password: password }
	expect((await request.post("/register", { data })).status()).toBe(201)
	await expect(async () => {
		await open("/dev/mail")
		await expect(page.getByRole("article").filter({ hasText: email })).toBeVisible({ timeout: 500 })
	}).toPass()

	await expectAccessibleInBothSchemes(page, javaScriptEnabled)

	const mail = page.getByRole("article").filter({ hasText: email })
	await mail.getByRole("link", { name: "As HTML" }).click()
	await expect(page).toHaveURL(/\/dev\/mail\/[^/]+$/)
	await expect(page.getByRole("link").first()).toHaveAttribute("href", /\/verify\?user_id=/)
	await page.goBack()
	await mail.locator("pre").getByRole("link").click()
	await page.getByRole("button", { name: "Confirm my address" }).click()
	await expect(page.getByRole("status")).toContainText("Your address is confirmed")
})

test("a program lists the mails", { tag: "@json" }, async ({ request, person }) => {
	const { username, email, password } = person
	const data = { username, email, password, confirm_password: password }
	expect((await request.post("/register", { data })).status()).toBe(201)
	await expect(async () => {
		const mails = await (await request.get("/dev/mail", { headers: { Accept: "application/json" } })).json()
		const mail = mails.find((candidate: { to: string }) => candidate.to === email)
		expect(mail.text).toContain("/verify?user_id=")
		expect(mail.html).toContain("/verify?user_id=")
	}).toPass()
})

base("in production there is no inbox", { tag: "@json" }, async ({ request }) => {
	for (const path of ["/dev/mail", "/dev/mail/1"]) {
		const answer = await request.get(path, { headers: { Accept: "application/json" } })
		expect([answer.status(), (await answer.json()).code]).toEqual([404, "not_found"])
	}
})
