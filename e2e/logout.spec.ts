import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"

test("opening /logout ends nothing; its button does, and says so once", async ({
	page,
	open,
	signIn,
	member,
	server,
}) => {
	await signIn(member)
	await open("/logout")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign out?")
	await open("/account")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account")

	await open("/logout")
	await page.getByRole("button", { name: "Sign out" }).click()
	await expect(page).toHaveURL(config.logout.redirectTo)
	await expect(page.getByRole("status")).toHaveText("You're signed out.")
	const sessions = server.database
		.prepare("SELECT count(*) AS rows FROM Session JOIN User ON User.id = userId WHERE username = ?")
		.get(member.username)
	expect(sessions).toEqual({ rows: 0 })

	await page.reload()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in")
	await expect(page.getByRole("status")).toHaveCount(0)
})

test("the success message is gone on the next page as well", async ({ page, open, signIn, member }) => {
	await signIn(member)
	await open("/logout")
	await page.getByRole("button", { name: "Sign out" }).click()
	await expect(page.getByRole("status")).toHaveText("You're signed out.")
	await page.getByRole("link", { name: "Create an account" }).click()
	await expect(page).toHaveURL("/register")
	await page.getByRole("link", { name: "Sign in" }).click()
	await expect(page).toHaveURL("/login")
	await expect(page.getByRole("status")).toHaveCount(0)
})

test("who changes their mind stays signed in", async ({ page, open, signIn, member }) => {
	await signIn(member)
	await open("/logout")
	await page.getByRole("link", { name: "Stay signed in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account")
})

test("signing out without a session is no error", async ({ page, open, request, server }) => {
	await open("/logout")
	await expect(page.getByRole("main")).toContainText("You're not signed in on this device.")
	const answer = await request.post("/logout", {
		form: {},
		headers: { Accept: "text/html" },
		maxRedirects: 0,
	})
	expect([answer.status(), answer.headers().location]).toEqual([303, config.logout.redirectTo])
	expect(server.url).toContain("localhost")
})

test("H-71: after signing out, the way back shows nothing private", async ({
	page,
	open,
	signIn,
	member,
}) => {
	await signIn(member)
	await open("/account")
	await page.getByRole("button", { name: "Sign out" }).click()
	await expect(page.getByRole("status")).toHaveText("You're signed out.")
	await page.goBack()
	await expect(page).toHaveURL(/\/login\?redirect_to=%2Faccount$/)
	await expect(page.getByText(member.email)).toHaveCount(0)
})
