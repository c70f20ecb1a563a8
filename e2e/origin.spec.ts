import type { Page } from "@playwright/test"
import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { registrationOf } from "./support/client"
import { fill } from "./support/states.mjs"

/** Makes the page's forms go out with `Origin: null`, as a fork does that sets `Referrer-Policy: no-referrer`. */
async function withhold(page: Page): Promise<void> {
	await page.evaluate(() => {
		const meta = document.createElement("meta")
		meta.name = "referrer"
		meta.content = "no-referrer"
		document.head.append(meta)
	})
}

async function press(page: Page, name: string) {
	await withhold(page)
	const [request] = await Promise.all([
		page.waitForRequest((candidate) => candidate.method() === "POST"),
		page.getByRole("button", { name, exact: true }).click(),
	])
	const headers = await request.allHeaders()
	expect([headers.origin, headers["sec-fetch-site"]]).toEqual(["null", "same-origin"])
}

test("H-21: every form works from a page under no-referrer, whose posts say `Origin: null`", {
	tag: "@no-js",
}, async ({ page, person, mailbox }) => {
	test.skip(!config.verification.enabled, "addresses are not verified")
	await page.goto("/register")
	await fill(page, registrationOf(person))
	await press(page, "Create account")
	await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Create an account")
	await mailbox.next(person.email)

	await page.goto("/verify/resend")
	await page.getByLabel("E-mail address").fill(person.email)
	await press(page, "Send the link")
	await expect(page.getByRole("status")).toContainText("A new link is on its way")

	await page.goto((await mailbox.next(person.email)).links[0] ?? "")
	await press(page, "Confirm my address")
	const hello = page.getByRole("heading", { level: 1, name: `Hello, ${person.username}` })
	await expect(hello).toBeVisible()

	for (const signOutAt of ["/account", "/logout"]) {
		await page.goto(signOutAt)
		await press(page, "Sign out")
		await expect(page.getByRole("status")).toHaveText("You're signed out.")
		await page.goto("/login")
		await page.getByLabel("User name or e-mail").fill(person.username)
		await page.getByLabel("Password", { exact: true }).fill(person.password)
		await press(page, "Sign in")
		await expect(hello).toBeVisible()
	}
})
