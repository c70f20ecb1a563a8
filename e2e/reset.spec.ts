import { expect, test } from "./fixtures"
import { longEnough } from "./support/client"

const NEW = longEnough("staple lantern orbit")

test("P1: who forgot the password chooses a new one by mail, and signs in with it", async ({
	page,
	open,
	member,
	mailbox,
	javaScriptEnabled,
}) => {
	await open("/login")
	await page.getByRole("link", { name: "Forgot it?" }).click()
	await expect(page).toHaveURL("/forgot-password")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByRole("button", { name: "Send the link" }).click()
	await expect(page).toHaveURL("/forgot-password")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check your mail")
	await expect(page.getByRole("status")).toContainText("a link to choose a new password is on its way")

	const link = (await mailbox.next(member.email)).links[0] ?? ""
	await open(link)
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Choose a new password")
	await expect(page.getByRole("main")).toContainText(member.username)
	await expect(page.locator("input[name=username]")).toHaveValue(member.username)
	await page.getByLabel("New password", { exact: true }).fill(NEW)
	await page.getByLabel("Repeat the new password", { exact: true }).fill("something else")
	await page.getByRole("button", { name: "Save new password" }).click()
	await expect(page.getByLabel("Repeat the new password", { exact: true })).toBeFocused()
	// A page that is loaded anew comes without it.
	await expect(page.getByLabel("New password", { exact: true })).toHaveValue(javaScriptEnabled ? NEW : "")

	await page.getByLabel("New password", { exact: true }).fill(NEW)
	await page.getByLabel("Repeat the new password", { exact: true }).fill(NEW)
	await page.getByRole("button", { name: "Save new password" }).click()
	await expect(page).toHaveURL("/login")
	await expect(page.getByRole("status")).toHaveText(
		"Your password has been changed. Sign in with the new one.",
	)
	await expect(page.getByLabel("User name or e-mail")).toHaveValue(member.username)
	await expect(page.getByLabel("Password", { exact: true })).toBeFocused()
	await page.getByLabel("Password", { exact: true }).fill(NEW)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)

	await open(link)
	await expect(page.getByRole("alert")).toContainText("This link doesn't work")
	await page.getByRole("link", { name: "Get a new link" }).click()
	await expect(page).toHaveURL("/forgot-password")
})
