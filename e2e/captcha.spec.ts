import { config } from "../app/auth.config"
import { en as text } from "../app/text/en"
import { test as base, expect } from "./fixtures"
import { expectAccessibleInBothSchemes } from "./support/axe"
import { buildCaptchaFork, startCaptchaServer } from "./support/captcha-fork"
import { playProviders } from "./support/captcha-widgets"
import { registrationOf } from "./support/client"
import { userRow } from "./support/rows"
import { fill } from "./support/states.mjs"
import { startVerification, type Verification } from "./support/verification"

type WorkerFixtures = { provider: Verification }
type Fixtures = { foreign: string[] }

/** A copy of the project, whose forms ask for captchas. */
const test = base.extend<Fixtures, WorkerFixtures>({
	provider: [
		// biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
		async ({}, provide) => {
			const provider = await startVerification()
			await provide(provider)
			await provider.close()
		},
		{ scope: "worker" },
	],
	server: [
		async ({ mailbox, provider }, provide) => {
			const folder = await buildCaptchaFork()
			const server = await startCaptchaServer(folder, provider, { SMTP_URL: mailbox.url })
			await provide(server)
			await server.stop()
		},
		{ scope: "worker", timeout: 300_000 },
	],
	foreign: [
		async ({ page }, provide) => {
			const foreign = await playProviders(page)
			await provide(foreign)
			expect(foreign, "asked of others than the provider's script").toEqual([])
		},
		{ auto: true },
	],
})

test.describe.configure({ mode: "serial" })

const policyOf = (response: { headers: () => Record<string, string> } | null) =>
	response?.headers()["content-security-policy"] ?? ""

test("C1: hCaptcha's widget registers who ticks it, and its page is left behind with its policy", {
	tag: "@js",
}, async ({ page, open, person, provider, server }) => {
	await open("/register")
	await fill(page, registrationOf(person))
	await page.getByRole("checkbox", { name: "I am human" }).check()
	const next = page.waitForResponse((response) => response.request().isNavigationRequest())
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page).not.toHaveURL(/register/)
	expect(userRow(server, person.username).email).toBe(person.email)
	expect((await next).request().method()).toBe("GET")
	expect(policyOf(await next)).not.toContain("hcaptcha")
	expect(provider.asked.at(-1)).toMatchObject({ sitekey: "site-key-of-hcaptcha" })
})

test("C1, H-54: a form that comes back refused has its widget as new, and leads to it", {
	tag: "@js",
}, async ({ page, open, person }) => {
	await open("/register")
	const box = page.getByRole("checkbox", { name: "I am human" })
	await fill(page, { ...registrationOf(person), username: "a b" })
	await box.check()
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page.getByLabel("User name")).toHaveAttribute("aria-invalid", "true")
	await expect(box).not.toBeChecked()
	await expect(page.locator("[name=h-captcha-response]")).toHaveValue("")

	await fill(page, registrationOf(person))
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page.getByRole("alert")).toContainText("Complete the check that you're human")
	await page.getByRole("alert").getByRole("link", { name: "Go to the check" }).click()
	const check = page.getByRole("group", { name: "One check" })
	await expect(check).toBeFocused()
	await expect(check).toHaveAccessibleDescription(/human/)
	await page.keyboard.press("Tab")
	await expect(box).toBeFocused()
	await expectAccessibleInBothSchemes(page, true)

	await fill(page, { password: person.password, confirm_password: person.password })
	await box.check()
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page).not.toHaveURL(/register/)
})

test("C2: reCAPTCHA's widget signs in who ticks it, and is as new after a wrong password", {
	tag: "@js",
}, async ({ page, open, provider }) => {
	await open("/login")
	const box = page.getByRole("checkbox", { name: "I'm not a robot" })
	await fill(page, { username: "nobody", password: "correct horse battery" })
	await box.check()
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toContainText("isn't right")
	await expect(box).not.toBeChecked()
	expect(provider.asked.at(-1)?.response).toMatch(/^login-/)
	await expectAccessibleInBothSchemes(page, true)
})

test("C2: Turnstile's widget sends the link", { tag: "@js" }, async ({ page, open }) => {
	test.skip(!config.passwordReset.enabled, "passwords are not reset")
	await open("/forgot-password")
	await fill(page, { email: "nobody@example.org" })
	await page.getByRole("checkbox", { name: "Verify you are human" }).check()
	await page.getByRole("button", { name: "Send the link" }).click()
	await expect(page.getByRole("status")).toContainText(text.notices.reset_requested)
})

test("C1, C2: who comes by a link, or goes by one, gets a page with a policy of its own", {
	tag: "@js",
}, async ({ page, open }) => {
	const policies: string[] = []
	page.on("response", (response) => {
		if (response.request().isNavigationRequest()) policies.push(policyOf(response))
	})
	await open("/logout")
	await page.getByRole("link", { name: "Sign in" }).first().click()
	await expect(page.getByRole("checkbox", { name: "I'm not a robot" })).toBeVisible()
	await page.getByRole("link", { name: "Create an account" }).click()
	await expect(page.getByRole("checkbox", { name: "I am human" })).toBeVisible()
	await page.locator(".brand a").click()
	await expect(page).toHaveURL("/")
	await page.goBack()
	await expect(page.getByRole("checkbox", { name: "I am human" })).toBeVisible()
	const provider = policies.map((policy) => /hcaptcha|recaptcha/.exec(policy)?.[0])
	expect(provider.slice(0, 4)).toEqual([undefined, "recaptcha", "hcaptcha", undefined])
})

test("C1: a script that is kept from loading is told of, and the form stays", { tag: "@js" }, async ({
	browser,
	server,
}) => {
	const page = await browser.newPage({ baseURL: server.url })
	await page.route(/recaptcha/, (route) => route.abort())
	await page.goto("/login")
	await expect(page.getByText("The check didn't load.")).toContainText("www.google.com")
	await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible()
	await page.close()
})

test.describe("on a screen 320 pixels wide", () => {
	test.use({ viewport: { width: 320, height: 640 } })
	for (const path of ["/register", "/login"])
		test(`C3: ${path} has the small widget, and needs no sideways scrolling`, { tag: "@js" }, async ({
			page,
			open,
		}) => {
			await open(path)
			const box = page.getByRole("group", { name: "One check" }).getByRole("checkbox")
			await expect(box).toBeVisible()
			const widget = await page.locator(".captcha-widget").boundingBox()
			expect(widget?.height).toBeGreaterThanOrEqual(138)
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
			const edge = await box.evaluate((input) => input.closest("div")?.getBoundingClientRect().right ?? 0)
			expect(edge).toBeLessThanOrEqual((widget?.x ?? 0) + (widget?.width ?? 0))
		})
})

test("C3: without JavaScript, the form says that it needs some, and what is sent is refused in words", {
	tag: "@no-js",
}, async ({ page, open, person }) => {
	await open("/register")
	await expect(page.getByText("This form needs JavaScript")).toBeVisible()
	await fill(page, registrationOf(person))
	await page.getByRole("button", { name: "Create account" }).click()
	await expect(page.getByRole("alert")).toContainText("Complete the check that you're human")
	await expect(page.getByLabel("User name")).toHaveValue(person.username)
	await page.getByRole("link", { name: "Go to the check" }).click()
	await expect(page.getByRole("group", { name: "One check" })).toBeFocused()
})

test("C4: the question of docs/captcha.md works with and without JavaScript", async ({
	page,
	open,
	javaScriptEnabled,
}) => {
	test.skip(!config.verification.enabled, "there is no such form")
	await open("/verify/resend")
	await fill(page, { email: "nobody@example.org" })
	await page.getByLabel("How many legs does a spider have?").fill("6")
	await page.getByRole("button", { name: "Send the link" }).click()
	await expect(page.getByRole("alert")).toContainText("Complete the check")
	await expect(page.getByLabel("How many legs")).toHaveValue("")
	await expectAccessibleInBothSchemes(page, javaScriptEnabled)
	await fill(page, { email: "nobody@example.org" })
	await page.getByLabel("How many legs does a spider have?").fill("8")
	await page.getByRole("button", { name: "Send the link" }).click()
	await expect(page).toHaveURL("/verify/sent")
})
