import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { COOKIE, clientOf } from "./support/client"

const NOT_RIGHT = "That user name, e-mail or password isn't right."

test("a wrong password and an unknown name get the same sentence, and no session", async ({
	page,
	open,
	member,
}) => {
	for (const username of [member.username, "nobody-at-all"]) {
		await open("/login")
		await page.getByLabel("User name or e-mail").fill(username)
		await page.getByLabel("Password", { exact: true }).fill("a wrong password")
		await page.getByRole("button", { name: "Sign in" }).click()
		await expect(page.getByRole("alert")).toHaveText(NOT_RIGHT)
		await expect(page.getByRole("alert")).toBeFocused()
		await expect(page.getByLabel("User name or e-mail")).toHaveValue(username)
		await expect(page.getByLabel("Password", { exact: true })).toHaveValue("")
	}
	expect(await page.context().cookies()).toEqual([])
})

test("after wrong credentials, the next Tab stop is the password", { tag: "@js" }, async ({
	page,
	open,
	member,
}) => {
	await open("/login")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByLabel("Password", { exact: true }).fill("a wrong password")
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toBeFocused()
	await page.keyboard.press("Tab")
	await expect(page.getByLabel("Password", { exact: true })).toBeFocused()
	await page.keyboard.type(member.password)
	await page.keyboard.press("Enter")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)
})

test("an empty form asks for both fields", async ({ page, open }) => {
	await open("/login")
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert").getByRole("listitem")).toHaveText(["User name or e-mail", "Password"])
	await expect(page.getByLabel("User name or e-mail")).toHaveAccessibleDescription(
		"Enter your user name or e-mail address.",
	)
	await page.getByRole("alert").getByRole("link", { name: "Password" }).click()
	await expect(page.getByLabel("Password", { exact: true })).toBeFocused()
	await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
		"Enter your password.",
	)
})

test("signing in leads back to the page that asked for it", async ({
	page,
	open,
	member,
	javaScriptEnabled,
}) => {
	await open("/account?from=mail")
	await expect(page).toHaveURL("/login?redirect_to=%2Faccount%3Ffrom%3Dmail")
	if (javaScriptEnabled) await page.getByRole("button", { name: "Show password" }).waitFor()
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByLabel("Password", { exact: true }).fill("a wrong password")
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toHaveText(NOT_RIGHT)
	await page.getByLabel("Password", { exact: true }).fill(member.password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page).toHaveURL("/account?from=mail")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account")
})

test("H-31: a foreign address to go to is ignored", async ({ page, open, member }) => {
	await open("/login?redirect_to=https%3A%2F%2Fevil.test%2F")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByLabel("Password", { exact: true }).fill(member.password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page).toHaveURL(config.login.redirectTo)
})

test("the cookie ends with the browser, or lasts as long as sessions may where that was asked for", async ({
	page,
	open,
	member,
}) => {
	for (const remember of [false, true]) {
		await page.context().clearCookies()
		await open("/login")
		await page.getByLabel("User name or e-mail").fill(member.username)
		await page.getByLabel("Password", { exact: true }).fill(member.password)
		await page.getByLabel("Keep me signed in on this device").setChecked(remember)
		await page.getByRole("button", { name: "Sign in" }).click()
		await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)
		const cookie = (await page.context().cookies()).find(({ name }) => name === COOKIE)
		expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" })
		const seconds = (cookie?.expires ?? 0) - Date.now() / 1000
		if (remember) expect(Math.abs(seconds - config.session.maxExpirySeconds)).toBeLessThan(60)
		else expect(cookie?.expires).toBe(-1)
	}
})

test("who is signed in already is led past the sign-in and the registration page", async ({
	page,
	signIn,
	member,
}) => {
	await signIn(member)
	for (const path of ["/login", "/register"]) {
		await page.goto(path)
		await expect(page).toHaveURL(config.login.redirectTo)
	}
	await page.goto("/login?redirect_to=%2Faccount")
	await expect(page).toHaveURL("/account")
})

test("after too many wrong passwords the page says how long to wait", async ({
	page,
	open,
	server,
	member,
}) => {
	const client = clientOf(server)
	for (let count = 0; count < config.limits.wrongPasswordPerAccount.points; count++)
		await client.postJson("/login", { username: member.username, password: "a wrong password" })
	await open("/login")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByLabel("Password", { exact: true }).fill(member.password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toHaveText(/^Too many attempts\. Try again in \d+ minutes\.$/)
	await expect(page.getByLabel("User name or e-mail")).toHaveValue(member.username)
	expect(await page.context().cookies()).toEqual([])
})
