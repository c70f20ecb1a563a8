import { setTimeout as pause } from "node:timers/promises"
import { appName } from "../app/auth.config"
import { expect, hydrated, test } from "./fixtures"
import { registerVerified } from "./support/client"

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
	await page.getByLabel("User name or e-mail").fill("somebody")
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByLabel("Password", { exact: true })).toBeFocused()
})

test("without an answer, a page says so in its own colours, and Back leads to where one was", {
	tag: "@js",
}, async ({ browser, server }) => {
	const page = await browser.newPage({ baseURL: server.url, colorScheme: "dark" })
	const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
	await page.goto("/login")
	const before = await background()
	await page.waitForLoadState("networkidle")
	await page.route("**/*.data*", (route) => route.abort())
	await page.getByRole("link", { name: "Create an account" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Can't connect")
	await expect(page.getByText("Check your connection")).toBeVisible()
	await expect(page.getByRole("heading", { level: 1 })).toBeFocused()
	await expect(page.getByRole("link", { name: appName })).toBeVisible()
	await expect.poll(background).toBe(before)
	await page.unroute("**/*.data*")
	await page.goBack()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in")
	expect(await background()).toBe(before)
	await page.close()
})

test("Back does not lead to a page that leads away again", { tag: "@js" }, async ({
	page,
	open,
	member,
	signIn,
}) => {
	await open("/logout")
	await page.getByRole("link", { name: "Sign in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in")
	await signIn(member)
	await page.goto("/account")
	await page.goBack()
	const greeting = page.getByRole("heading", { name: `Hello, ${member.username}` })
	await expect(greeting).toBeVisible()
	// Who goes back before that loads the page anew, and the browser reports it.
	await hydrated(page)
	await page.goBack()
	// The page to sign in leads on, and has to have done so before the next step.
	await expect(page).not.toHaveURL(/\/login/)
	await expect(greeting).toBeVisible()
	await page.goBack()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign out?")
})

test("what was done, and what goes on, is read out from a place that was there before, once each", {
	tag: "@js",
}, async ({ page, open, signIn, member }) => {
	// What is answered at once is not told to be under way.
	await page.route(/account|logout/, async (route) => {
		if (route.request().method() === "POST") await pause(400)
		await route.continue()
	})
	await signIn(member)
	await open("/account")
	const region = page.locator(".spoken[aria-live=polite]")
	await expect(region).toHaveText("")
	await region.evaluate((element) => {
		const said: string[] = []
		Object.assign(window, { said })
		new MutationObserver(() => {
			if (element.textContent) said.push(element.textContent)
		}).observe(element, { childList: true, subtree: true, characterData: true })
	})
	for (let times = 0; times < 2; times++) {
		await page.getByRole("button", { name: "Save profile" }).click()
		await expect(region).toHaveText("Saving…")
		await expect(region).toHaveText("Profile saved.")
		await expect(page.locator(".notice")).toHaveText("Profile saved.")
	}
	await expect(page.locator(".notice")).toHaveAttribute("aria-live", "off")
	await page.getByRole("button", { name: "Sign out" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in")
	await expect(region).toHaveText("You're signed out.")
	await page.getByRole("link", { name: "Forgot it?" }).click()
	await expect(region).toHaveText("")
	expect(await page.evaluate(() => (window as unknown as { said: string[] }).said)).toEqual([
		"Saving…",
		"Profile saved.",
		"Saving…",
		"Profile saved.",
		"Signing out…",
		"You're signed out.",
	])
})

test("where what had the focus is gone, reading goes on at the heading", { tag: "@js" }, async ({
	page,
	open,
	signIn,
	member,
	server,
	mailbox,
}) => {
	const other = await registerVerified(server, mailbox)
	server.database.prepare(`UPDATE "User" SET superuser = true WHERE username = ?`).run(member.username)
	await signIn(member)
	await open(`/users?q=${other.username}`)
	await page.getByRole("link", { name: other.username }).click()
	await page.getByLabel("Status").selectOption("false")
	await page.getByRole("button", { name: "Save changes" }).press("Enter")
	await expect(page.getByRole("status")).toHaveText("Changes saved.")
	await expect(page.getByRole("heading", { level: 1 })).toBeFocused()
})

test("a search tells how much it found, and leaves the focus where it was", { tag: "@js" }, async ({
	page,
	open,
	signIn,
	member,
	server,
}) => {
	server.database.prepare(`UPDATE "User" SET superuser = true WHERE username = ?`).run(member.username)
	await signIn(member)
	await open("/users")
	const told = await page.locator(".lead[aria-live=polite]").elementHandle()
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByRole("button", { name: "Search" }).press("Enter")
	await expect(page.getByText("1 user with")).toBeVisible()
	expect(await told?.textContent()).toContain("1 user with")
	await expect(page.getByRole("button", { name: "Search" })).toBeFocused()
})
