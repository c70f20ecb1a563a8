import type { Page } from "@playwright/test"
import { config } from "../app/auth.config"
import { expect, test } from "./fixtures"
import { registerUnverified } from "./support/client"

test("the password can be looked at while typing", { tag: "@js" }, async ({ page, open }) => {
	await open("/login")
	const field = page.locator("input[name=password]")
	await field.fill("correct horse")
	await page.getByRole("button", { name: "Show password" }).click()
	await expect(field).toHaveAttribute("type", "text")
	await page.getByRole("button", { name: "Hide password" }).click()
	await expect(field).toHaveAttribute("type", "password")
	await expect(field).toHaveValue("correct horse")
})

test("one press shows the new password and its repetition, and hides both", { tag: "@js" }, async ({
	page,
	open,
	member,
	signIn,
}) => {
	await signIn(member)
	await open("/account/password")
	const types = () =>
		page.locator("input[data-password]").evaluateAll((all) => all.map((one) => one.getAttribute("type")))
	await expect(page.locator(".toggle")).toHaveCount(2)
	await page.getByRole("button", { name: "Show new passwords", exact: true }).click()
	expect(await types()).toEqual(["password", "text", "text"])
	await page.getByRole("button", { name: "Show current password", exact: true }).click()
	expect(await types()).toEqual(["text", "text", "text"])
	await page.getByRole("button", { name: "Hide new passwords", exact: true }).click()
	expect(await types()).toEqual(["text", "password", "password"])
})

test("Caps Lock is told below each password while it is on, and nothing moves", { tag: "@js" }, async ({
	page,
	open,
	member,
	signIn,
	mailbox,
}) => {
	const expectTold = async () => {
		for (const field of await page.locator("input[data-password]").all()) {
			const before = await heightOf(page)
			const note = page.getByText("Caps Lock is on.")
			await field.focus()
			await field.dispatchEvent("keydown", { key: "A", modifierCapsLock: true })
			await expect(note).toBeVisible()
			await expect(field.locator("xpath=ancestor::*[@class='field']")).toContainText("Caps Lock is on.")
			expect(await heightOf(page)).toBe(before)
			await field.dispatchEvent("keyup", { key: "CapsLock", modifierCapsLock: false })
			await expect(note).toHaveCount(0)
			await field.dispatchEvent("keyup", { key: "Tab", modifierCapsLock: true })
			await expect(note).toBeVisible()
			await field.blur()
			await expect(note).toHaveCount(0)
		}
	}
	await open("/login")
	await expectTold()
	await open("/register")
	await expectTold()
	if (config.passwordReset.enabled) {
		await page.request.post("/forgot-password", { data: { email: member.username } })
		await open((await mailbox.next(member.email)).links[0] ?? "")
		await expectTold()
	}
	await signIn(member)
	await open("/account/password")
	await expectTold()
})

test("a visible password is hidden again before it is sent", { tag: "@js" }, async ({ page, open }) => {
	await open("/login")
	await page.getByLabel("User name or e-mail").fill("nobody-at-all")
	await page.locator("input[name=password]").fill("a wrong password")
	await page.getByRole("button", { name: "Show password" }).click()
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toBeVisible()
	await expect(page.locator("input[name=password]")).toHaveAttribute("type", "password")
	await expect(page.locator("input[name=password]")).toHaveValue("")
})

test("without a script there is no control to show the password", { tag: "@no-js" }, async ({
	page,
	open,
}) => {
	for (const path of ["/login", "/register"]) {
		await open(path)
		await expect(page.getByRole("button", { name: /show/i })).toHaveCount(0)
		await expect(page.locator("input[name=password]")).toHaveAttribute("type", "password")
	}
})

test("while a form is on its way, its button says so and takes no second press", { tag: "@js" }, async ({
	page,
	open,
	member,
}) => {
	let sent = 0
	let release = () => {}
	const released = new Promise<void>((resolve) => {
		release = resolve
	})
	await page.route("**/login**", async (route) => {
		if (route.request().method() === "POST") {
			sent++
			await released
		}
		await route.continue()
	})
	await open("/login")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.locator("input[name=password]").fill(member.password)
	const before = await page.locator("button[type=submit]").boundingBox()
	await page.getByRole("button", { name: "Sign in" }).click()
	const button = page.getByRole("button", { name: "Signing in…" })
	await expect(button).toHaveAttribute("aria-disabled", "true")
	expect((await button.boundingBox())?.height).toBe(before?.height)
	await button.click({ force: true })
	await page.locator("input[name=password]").press("Enter")
	release()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)
	expect(sent).toBe(1)
})

test("a quick answer shows no sign of waiting; a slow one is told, also when it takes longer than usual", {
	tag: "@js",
}, async ({ page, open, member }) => {
	await page.clock.install()
	let release = () => {}
	await page.route("**/login.data**", async (route) => {
		if (route.request().method() !== "POST") return route.continue()
		await new Promise<void>((resolve) => {
			release = resolve
		})
		await route.continue()
	})
	await open("/login")
	const slow = page.getByText("This is taking longer than usual…")
	const button = page.locator("button[type=submit]")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.locator("input[name=password]").fill(member.password)
	const height = await heightOf(page)
	await page.clock.pauseAt(Date.now() + 60_000)
	await button.click()
	await expect(button).toHaveAttribute("aria-disabled", "true")
	await page.clock.runFor(140)
	await expect(button).toHaveText("Sign in")
	await expect(page.locator(".spinner")).toHaveCount(0)
	await page.clock.runFor(20)
	await expect(button).toHaveText("Signing in…")
	await expect(page.locator(".spinner")).toBeVisible()
	await page.clock.runFor(7_800)
	await expect(slow).toHaveCount(0)
	await page.clock.runFor(100)
	await expect(slow).toBeVisible()
	await expect(slow).toHaveAttribute("aria-live", "polite")
	expect(await heightOf(page)).toBe(height)
	await page.clock.resume()
	release()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)
	await expect(slow).toHaveCount(0)
})

test("password managers know the fields, and passwords can be pasted", async ({ page, open, member }) => {
	await open("/login")
	await expect(page.locator("input[name=username]")).toHaveAttribute("autocomplete", "username")
	await expect(page.locator("input[name=password]")).toHaveAttribute("autocomplete", "current-password")
	await page.locator("input[name=username]").fill(member.password)
	await page.locator("input[name=username]").press("ControlOrMeta+a")
	await page.keyboard.press("ControlOrMeta+c")
	await page.locator("input[name=password]").press("ControlOrMeta+v")
	await page.locator("input[name=username]").fill(member.username)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)
})

test("without a connection a form keeps what was typed, and is sent again in place", { tag: "@js" }, async ({
	browser,
	server,
	member,
}) => {
	const page = await browser.newPage({ baseURL: server.url })
	await page.goto("/login", { waitUntil: "networkidle" })
	const isDown = (url: URL) => url.pathname.startsWith("/login")
	await page.route(isDown, (route) => route.abort("internetdisconnected"))
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.locator("input[name=password]").fill(member.password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toContainText("We couldn't reach the site")
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in")
	await expect(page.getByLabel("User name or e-mail")).toHaveValue(member.username)
	await expect(page.locator("input[name=password]")).toHaveValue(member.password)
	await page.unroute(isDown)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)
	await page.close()
})

test("keyboards and password managers are told what each field is for", async ({
	page,
	open,
	server,
	mailbox,
	member,
	signIn,
}) => {
	const expectTold = async (fields: string[]) => {
		const forms = await formsOf(page)
		expect(forms.flat().map(({ name }) => name)).toEqual(expect.arrayContaining(fields))
		for (const form of forms) {
			const typed = form.filter(({ hidden }) => hidden === undefined)
			const hints = typed.map(({ enterkeyhint }) => enterkeyhint)
			expect(hints.slice(0, -1)).toEqual(Array(hints.length - 1).fill("next"))
			expect(hints.at(-1)).toMatch(/^(?:go|done|send|search)$/)
			for (const field of typed)
				if (field.type === "email" || /^(?:email|username|.*-password)$/.test(field.autocomplete ?? ""))
					expect(field).toMatchObject({ spellcheck: "false", autocapitalize: "none", autocorrect: "off" })
			for (const { inputmode } of typed.filter(({ type }) => type === "email"))
				expect(inputmode).toBe("email")
			for (const { passwordrules } of typed.filter(({ autocomplete }) => autocomplete === "new-password"))
				expect(passwordrules).toBe(`minlength: ${config.password.minCodePoints};`)
			// Whose password it is stands before it, if only for managers.
			const [first] = form
			if (typed.some(({ type }) => type === "password")) expect(first?.autocomplete).toBe("username")
			if (first?.hidden !== undefined) expect(first.value).toBe(member.username)
		}
	}
	const passwords = ["username", "password", "confirm_password"]
	await open("/login")
	await expectTold(["username", "password"])
	expect((await formsOf(page))[0]?.[0]?.inputmode).toBe("email")
	await open("/register")
	await expectTold(["username", "email", "password"])
	if (config.passwordReset.enabled) {
		await open("/forgot-password")
		await expectTold(["email"])
		await page.request.post("/forgot-password", { data: { email: member.username } })
		await open((await mailbox.next(member.email)).links[0] ?? "")
		await expectTold(passwords)
	}
	if (config.verification.enabled) {
		await open("/verify/resend")
		await expectTold(["email"])
	}
	server.database.prepare(`UPDATE "User" SET superuser = 1 WHERE username = ?`).run(member.username)
	await signIn(member)
	await open("/account")
	await expectTold(["username"])
	await open("/account/password")
	await expectTold([...passwords, "current_password"])
	await open("/account/email")
	await expectTold(["username", "email", "current_password"])
	await open(`/users?q=${member.username}`)
	await expectTold(["q"])
	await page.getByRole("link", { name: member.username }).click()
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(member.username)
	await expectTold(["username", "email"])
})

test("who confirms in another browser gives the password of an account that managers are told", async ({
	page,
	open,
	server,
	mailbox,
}) => {
	test.skip(!config.verification.enabled, "addresses are not verified")
	const { person, url } = await registerUnverified(server, mailbox)
	await open(url)
	const told = page.locator("#confirm input[autocomplete=username]")
	await expect(told).toHaveValue(person.username)
	await expect(told).toBeHidden()
})

type Attributes = Record<string, string | undefined>

/** What can be typed into, by form, with all of its attributes. */
function formsOf(page: Page): Promise<Attributes[][]> {
	return page.locator("main form").evaluateAll((forms) =>
		forms
			.map((form) => [
				...form.querySelectorAll<HTMLInputElement>("input:not([type=hidden], [type=checkbox])"),
			])
			.filter((inputs) => inputs.length > 0)
			.map((inputs) =>
				inputs.map((input) =>
					Object.fromEntries([...input.attributes].map(({ name, value }) => [name, value])),
				),
			),
	)
}

test.describe("with a screen keyboard", { tag: "@js" }, () => {
	test.use({ hasTouch: true, isMobile: true })
	test('its key "next" leads on to the next field, and "go" sends the form', async ({
		page,
		open,
		member,
	}) => {
		await open("/login")
		const sent: string[] = []
		page.on("request", (request) => sent.push(request.method()))
		await page.getByLabel("User name or e-mail").fill(member.username)
		await page.keyboard.press("Enter")
		await expect(page.getByLabel("Password", { exact: true })).toBeFocused()
		expect(sent).not.toContain("POST")
		await page.keyboard.type(member.password)
		await page.keyboard.press("Enter")
		await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${member.username}`)
	})
})

for (const colorScheme of ["light", "dark"] as const)
	test.describe(`in ${colorScheme} colours`, { tag: "@js" }, () => {
		test.use({ colorScheme })
		test("what a browser filled in has our colours", async ({ page, open }) => {
			await open("/login")
			const devTools = await page.context().newCDPSession(page)
			await devTools.send("DOM.enable")
			await devTools.send("CSS.enable")
			const { root } = await devTools.send("DOM.getDocument")
			const selector = "input[name=username]"
			const { nodeId } = await devTools.send("DOM.querySelector", { nodeId: root.nodeId, selector })
			await devTools.send("CSS.forcePseudoState", { nodeId, forcedPseudoClasses: ["autofill"] })
			const { text, shadow, tint } = await page.locator(selector).evaluate((field) => {
				const { webkitTextFillColor: text, boxShadow: shadow } = getComputedStyle(field)
				const probe = document.body.appendChild(document.createElement("p"))
				probe.style.color = "var(--tint)"
				return { text, shadow, tint: getComputedStyle(probe).color }
			})
			expect(shadow).toContain(tint)
			expect(shadow).toContain("inset")
			expect(text).toBe(await page.evaluate(() => getComputedStyle(document.body).color))
		})
	})

function heightOf(page: Page): Promise<number> {
	return page.evaluate(() => document.documentElement.scrollHeight)
}
