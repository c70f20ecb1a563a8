import { randomUUID } from "node:crypto"
import { registrationOf } from "./registration.mjs"

/**
 * Every page and its main error states: the accessibility and layout tests look at each, and so do the screenshots.
 *
 * @typedef {{ username: string, email: string, password: string }} Person
 * @typedef {object} StateContext
 * @property {import("@playwright/test").Page} page
 * @property {string} url of the server
 * @property {Person} member somebody with a confirmed address
 * @property {Person} newcomer somebody whose address is not confirmed yet
 * @property {Person} superuser somebody who may change accounts
 * @property {string} link the one that was mailed to the newcomer
 * @property {string} cookie that of the browser in which the newcomer registered
 * @property {(address: string) => Promise<string>} mailed waits for the next mail to the address, and gives its link
 */

/** Those that only a script brings about. */
export const scriptedStates = new Set(["login-pending", "problem-no-connection"])

/** @type {Record<string, (context: StateContext) => Promise<unknown>>} */
export const states = {
	home: ({ page }) => page.goto("/"),
	"home-signed-in": (context) => signIn(context, context.member),
	register: ({ page }) => page.goto("/register"),
	"register-error": async ({ page, member }) => {
		await page.goto("/register")
		const wrong = { username: "a b", email: member.username, password: "short" }
		await fill(page, { ...registrationOf(wrong), confirm_password: "other" })
		await submit(page)
		await page.getByRole("alert").waitFor()
	},
	"register-one-fault": async ({ page, newcomer }) => {
		await page.goto("/register")
		await fill(page, {
			...registrationOf({ ...newcomer, username: randomName() }),
			confirm_password: "another",
		})
		await submit(page)
		await page.locator("[aria-invalid]:focus").waitFor()
	},
	"register-taken": async ({ page, member, newcomer }) => {
		await page.goto("/register")
		await fill(page, registrationOf({ ...newcomer, username: member.username, email: "ada@example.org" }))
		await submit(page)
		await page.locator("[aria-invalid]:focus").waitFor()
	},
	login: ({ page }) => page.goto("/login"),
	"verify-sent-registered": async ({ page, member }) => {
		await page.goto("/register")
		const username = randomName()
		await fill(page, registrationOf({ ...member, username, email: `${username}@example.org` }))
		await submit(page)
		await page.waitForURL((url) => url.pathname !== "/register")
	},
	"login-error": async (context) => {
		await tryToSignIn(context, { ...context.member, password: "a wrong password" })
		await context.page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"login-empty": async (context) => {
		await tryToSignIn(context, { username: "", password: "" })
		await context.page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"login-not-verified": async (context) => {
		await tryToSignIn(context, context.newcomer)
		await context.page.getByRole("button", { name: "Send me the link" }).waitFor()
	},
	"login-pending": async (context) => {
		const isSignIn = (/** @type {URL} */ url) => url.pathname.startsWith("/login")
		await context.page.goto("/login")
		await context.page.locator(".toggle").waitFor()
		await context.page.route(isSignIn, () => {})
		await fill(context.page, { username: context.member.username, password: context.member.password })
		await submit(context.page)
		await context.page.getByRole("button", { name: "Signing in…" }).waitFor()
	},
	"login-limited": async (context) => {
		const data = { username: "somebody-else", password: "a wrong password" }
		while ((await context.page.request.post("/login", { data })).status() === 401);
		await tryToSignIn(context, data)
		await context.page.getByText("Too many attempts").waitFor()
	},
	"login-continue": ({ page }) => page.goto("/login?redirect_to=%2Faccount"),
	"login-ended": async (context) => {
		await signIn(context, context.member)
		const cookies = await context.page.context().cookies()
		await context.page.request.post("/logout")
		await context.page.context().addCookies(cookies)
		await context.page.goto("/account")
		await context.page.getByRole("status").waitFor()
	},
	"login-signed-out": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/logout")
		await submit(context.page)
		await context.page.getByRole("status").waitFor()
	},
	"verify-own-browser": async ({ page, url, link, cookie }) => {
		const [name = "", value = ""] = cookie.split("=")
		await page.context().addCookies([{ name, value, url }])
		await page.goto(link)
	},
	verify: ({ page, link }) => page.goto(link),
	"verify-password-error": async ({ page, link }) => {
		await page.goto(link)
		await page.locator("#confirm button[type=submit]").click()
		await page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"verify-not-me-error": async ({ page, link }) => {
		await page.goto(link)
		await page.locator("#not-me button[type=submit]").click()
		await page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"verify-error": ({ page, link }) => page.goto(`${link}x`),
	"verify-sent": async ({ page }) => {
		await page.goto("/verify/resend")
		await fill(page, { email: "somebody@example.org" })
		await submit(page)
		await page.getByRole("status").waitFor()
	},
	"verify-sent-unknown": ({ page }) => page.goto("/verify/sent"),
	"verify-resend": ({ page }) => page.goto("/verify/resend"),
	"verify-resend-error": async ({ page }) => {
		await page.goto("/verify/resend")
		await fill(page, { email: "nobody" })
		await submit(page)
		await page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"forgot-password": ({ page }) => page.goto("/forgot-password"),
	"forgot-password-error": async ({ page }) => {
		await page.goto("/forgot-password")
		await submit(page)
		await page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"forgot-password-sent": async ({ page }) => {
		await page.goto("/forgot-password")
		await fill(page, { email: `${randomName()}@example.org` })
		await submit(page)
		await page.getByRole("heading", { name: "Check your mail" }).waitFor()
	},
	"reset-password": openReset,
	"reset-password-faults": async (context) => {
		await openReset(context)
		await fill(context.page, { password: "short", confirm_password: "other" })
		await submit(context.page)
		await context.page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"reset-password-error": ({ page }) => page.goto("/reset-password"),
	logout: async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/logout")
	},
	"logout-signed-out": ({ page }) => page.goto("/logout"),
	account: async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/account")
	},
	"account-saved": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/account")
		await context.page.getByRole("button", { name: "Save profile" }).click()
		await context.page.getByRole("status").waitFor()
	},
	"account-error": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/account")
		await fill(context.page, { username: "a b" })
		await context.page.getByRole("button", { name: "Save profile" }).click()
		await context.page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"account-superuser": async (context) => {
		await signIn(context, context.superuser)
		await context.page.goto("/account")
	},
	"password-change": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/account/password")
	},
	"password-change-error": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/account/password")
		await submit(context.page)
		await context.page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"email-change": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/account/email")
	},
	"email-change-error": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/account/email")
		await fill(context.page, { email: "nobody", current_password: context.member.password })
		await submit(context.page)
		await context.page.locator("[aria-invalid]").waitFor()
	},
	"email-change-waiting": async (context) => {
		await requestEmailChange(context)
		await context.page.goto("/account/email")
	},
	"account-waiting": async (context) => {
		await requestEmailChange(context)
		await context.page.goto("/account")
	},
	"email-confirm": async (context) => {
		await context.page.goto(await context.mailed(await requestEmailChange(context)))
	},
	"email-confirm-elsewhere": confirmElsewhere,
	"email-confirm-unsure": async (context) => {
		await confirmElsewhere(context)
		await submit(context.page)
		await context.page.locator("[aria-invalid]").waitFor()
	},
	"email-confirm-error": ({ page }) => page.goto("/account/email/confirm"),
	users: async (context) => {
		await signIn(context, context.superuser)
		await context.page.goto("/users?page_size=2")
	},
	"users-none": async (context) => {
		await signIn(context, context.superuser)
		await context.page.goto("/users?q=nobody-has-this-name")
	},
	user: async (context) => openUser(context, context.member),
	"user-error": async (context) => {
		await openUser(context, context.superuser)
		await fill(context.page, { username: "a b", email: "x" })
		await context.page.getByRole("button", { name: "Save changes" }).click()
		await context.page.locator("[role=alert], [aria-invalid]").first().waitFor()
	},
	"user-changed": async (context) => {
		await openUser(context, context.newcomer)
		await context.page.getByRole("button", { name: "Save changes" }).click()
		await context.page.getByRole("status").waitFor()
	},
	docs: ({ page }) => page.goto("/docs"),
	"problem-forbidden": async (context) => {
		await signIn(context, context.member)
		await context.page.goto("/users")
	},
	"problem-not-found": ({ page }) => page.goto("/nowhere"),
	"problem-no-connection": async ({ page }) => {
		await page.goto("/login")
		await page.locator(".toggle").waitFor()
		await page.route("**/*.data*", (route) => route.abort("blockedbyclient"))
		await page.getByRole("link", { name: "Forgot it?" }).click()
		await page.getByText("Check your connection").waitFor()
		// The document is made anew, and its styles come from the cache again.
		await page.waitForFunction(() => [...document.styleSheets].some(({ href }) => href))
	},
	"problem-other-site": async ({ page, url }) => {
		await page.setContent(
			`<form method="post" action="${url}/logout"><button type="submit">Go</button></form>`,
		)
		await submit(page)
		await page.getByRole("heading", { level: 1 }).waitFor()
	},
	// The last one: afterwards, the newcomer is none.
	"verify-confirmed": async ({ page, link }) => {
		await page.request.post("/verify", { data: Object.fromEntries(new URL(link).searchParams) })
		await page.goto(link)
	},
}

/** @param {StateContext} context @param {{ username: string, password: string }} person */
async function tryToSignIn({ page }, { username, password }) {
	await page.goto("/login")
	await fill(page, { username, password })
	await submit(page)
}

/** @param {StateContext} context @param {Person} person */
async function signIn(context, person) {
	await tryToSignIn(context, person)
	await context.page.getByRole("heading", { name: `Hello, ${person.username}` }).waitFor()
}

/** @param {StateContext} context */
async function openReset({ page, member, mailed }) {
	await page.request.post("/forgot-password", { data: { email: member.email } })
	await page.goto(await mailed(member.email))
}

/** Leaves the member signed in. @param {StateContext} context @returns the new address */
async function requestEmailChange(context) {
	const { page, member } = context
	await signIn(context, member)
	const email = `${randomName()}@example.org`
	await page.request.post("/account/email", { data: { email, current_password: member.password } })
	return email
}

/** In a browser that is not signed in. @param {StateContext} context */
async function confirmElsewhere(context) {
	const link = await context.mailed(await requestEmailChange(context))
	await context.page.context().clearCookies()
	await context.page.goto(link)
}

/** As a superuser. @param {StateContext} context @param {Person} person */
async function openUser(context, person) {
	await signIn(context, context.superuser)
	await context.page.goto(`/users?q=${person.username}`)
	await context.page.getByRole("link", { name: person.username }).click()
	await context.page.getByRole("heading", { name: person.username }).waitFor()
}

/** @param {import("@playwright/test").Page} page @param {Record<string, string>} fields */
export async function fill(page, fields) {
	for (const [name, value] of Object.entries(fields)) {
		const input = page.locator(`input[name=${name}]`)
		const isBox = (await input.getAttribute("type")) === "checkbox"
		await (isBox ? input.setChecked(value === "true") : input.fill(value))
	}
}

/** @param {import("@playwright/test").Page} page */
function submit(page) {
	return page.locator("button[type=submit]").click()
}

function randomName() {
	return `new-${randomUUID().slice(0, 8)}`
}
