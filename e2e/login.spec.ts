import { expect, test } from "./fixtures"
import { clientOf } from "./support/client"

const NOT_RIGHT = "The name or the password is not right."

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

test("a program gets 401 for both, and no cookie", { tag: "@json" }, async ({ request, member }) => {
	const answers = []
	for (const username of [member.username, "nobody-at-all"]) {
		const answer = await request.post("/login", { data: { username, password: "a wrong password" } })
		expect([answer.status(), answer.headers()["set-cookie"]]).toEqual([401, undefined])
		answers.push(await answer.json())
	}
	expect(answers[0]).toEqual(answers[1])
	expect(answers[0]).toMatchObject({ code: "credentials_invalid", detail: NOT_RIGHT })
})

test("an empty form asks for both fields", async ({ page, open }) => {
	await open("/login")
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert").getByRole("listitem")).toHaveText([
		"User name or e-mail: Enter your user name or e-mail address.",
		"Password: Enter your password.",
	])
	await page.getByRole("alert").getByRole("link", { name: "Password" }).click()
	await expect(page.getByLabel("Password", { exact: true })).toBeFocused()
	await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
		"Enter your password.",
	)
})

test("the right password of an unconfirmed address leads to a new link", async ({
	page,
	open,
	person,
	server,
}) => {
	const { username, email, password } = person
	await clientOf(server).postJson("/register", { username, email, password, confirm_password: password })
	await open("/login")
	await page.getByLabel("User name or e-mail").fill(username)
	await page.getByLabel("Password", { exact: true }).fill(password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toContainText("not confirmed yet")
	await page.getByRole("link", { name: "Get a new link" }).click()
	await expect(page).toHaveURL("/verify/resend")
	expect(await page.context().cookies()).toEqual([])
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
	await expect(page).toHaveURL("/")
})

test("the cookie ends with the browser, or lasts a week where that was asked for", async ({
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
		const cookie = (await page.context().cookies()).find(({ name }) => name === "id")
		expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" })
		const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400
		if (remember) expect(days).toBeGreaterThan(6.9)
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
		await expect(page).toHaveURL("/")
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
	for (let count = 0; count < 10; count++)
		await client.postJson("/login", { username: member.username, password: "a wrong password" })
	await open("/login")
	await page.getByLabel("User name or e-mail").fill(member.username)
	await page.getByLabel("Password", { exact: true }).fill(member.password)
	await page.getByRole("button", { name: "Sign in" }).click()
	await expect(page.getByRole("alert")).toHaveText(/^Too many tries\. Wait \d+ minutes, then try again\.$/)
	await expect(page.getByLabel("User name or e-mail")).toHaveValue(member.username)
	expect(await page.context().cookies()).toEqual([])
})

test("the password can be looked at while typing", { tag: "@js" }, async ({ page, open }) => {
	await open("/login")
	const field = page.locator("input[name=password]")
	await field.fill("correct horse")
	await page.getByRole("button", { name: "Show password" }).click()
	await expect(field).toHaveAttribute("type", "text")
	await expect(page.getByRole("button", { name: "Show password" })).toHaveAttribute("aria-pressed", "true")
	await page.getByRole("button", { name: "Show password" }).click()
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
	const button = page.getByRole("button", { name: "Signing in …" })
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
