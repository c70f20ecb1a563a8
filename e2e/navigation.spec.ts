import { appName } from "../app/auth.config"
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
	await page.goBack()
	await expect(greeting).toBeVisible()
	await page.goBack()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign out?")
})
