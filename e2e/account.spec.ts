import { appName, config } from "../app/auth.config"
import { expect, test } from "./fixtures"

test("shows who is signed in, and until when", async ({ page, open, signIn, member }) => {
	await signIn(member)
	await open("/account")
	await expect(page).toHaveTitle(`Your account · ${appName}`)
	const main = page.getByRole("main")
	await expect(main).toContainText(member.username)
	await expect(main).toContainText(config.verification.enabled ? `${member.email} confirmed` : member.email)
	const until = main.locator("dd").last().locator("time").first()
	const milliseconds = new Date((await until.getAttribute("datetime")) ?? "").getTime() - Date.now()
	expect(milliseconds).toBeGreaterThan(config.session.expirySeconds * 1000 - 60_000)
	expect(milliseconds).toBeLessThanOrEqual(config.session.expirySeconds * 1000)
	await expect(page.locator("body")).not.toContainText(member.password)
})

test("sends who is not signed in to do so", async ({ page, open }) => {
	await open("/account")
	await expect(page).toHaveURL("/login?redirect_to=%2Faccount")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in")
})

test("a session that ended meanwhile leads to sign-in and back", async ({
	page,
	open,
	signIn,
	member,
	server,
}) => {
	await signIn(member)
	server.database
		.prepare("DELETE FROM Session WHERE userId = (SELECT id FROM User WHERE username = ?)")
		.run(member.username)
	await page.getByRole("link", { name: "Your account" }).click()
	await expect(page).toHaveURL("/login?redirect_to=%2Faccount")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByLabel("Password", { exact: true }).fill(member.password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page).toHaveURL("/account")
	await open("/account")
	await expect(page.getByRole("main")).toContainText(member.email)
})
