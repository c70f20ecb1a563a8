import { expect, test } from "./fixtures"

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
