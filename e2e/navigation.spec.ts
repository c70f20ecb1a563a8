import { expect, test } from "./fixtures"

test("after following a link, reading goes on at the new page's heading", { tag: "@js" }, async ({
	page,
	open,
}) => {
	await open("/login")
	await page.getByRole("link", { name: "Create an account" }).click()
	const heading = page.getByRole("heading", { level: 1 })
	await expect(heading).toHaveText("Create an account")
	await expect(heading).toBeFocused()
	await page.keyboard.press("Tab")
	await expect(page.getByLabel("User name")).toBeFocused()
})

test("a page that was opened starts at its beginning, a refused form at what went wrong", {
	tag: "@js",
}, async ({ page, open }) => {
	await open("/login")
	await expect(page.locator("body")).toBeFocused()
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toBeFocused()
})
