import { config } from "../app/auth.config"
import { test as base, expect } from "./fixtures"
import { expectAccessibleInBothSchemes } from "./support/axe"
import { registrationOf } from "./support/client"
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
	person,
	javaScriptEnabled,
}) => {
	test.skip(!config.verification.enabled, "addresses are not verified")
	const { email } = person
	const data = registrationOf(person)
	expect((await page.request.post("/register", { data })).status()).toBe(201)
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
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${person.username}`)
})
