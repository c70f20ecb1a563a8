/**
 * Every page and its main error states: the accessibility and layout tests look at each, and so do the screenshots.
 *
 * @typedef {{ username: string, email: string, password: string }} Person
 * @typedef {object} Stage
 * @property {import("@playwright/test").Page} page
 * @property {string} url of the server
 * @property {Person} member somebody with a confirmed address
 * @property {Person} newcomer somebody whose address is not confirmed yet
 * @property {string} link the one that was mailed to the newcomer
 */

/** @type {Record<string, (stage: Stage) => Promise<unknown>>} */
export const states = {
	home: ({ page }) => page.goto("/"),
	"home-signed-in": (stage) => signIn(stage, stage.member),
	register: ({ page }) => page.goto("/register"),
	"register-error": async ({ page, member }) => {
		await page.goto("/register")
		await fill(page, {
			username: "a b",
			email: member.username,
			password: "short",
			confirm_password: "other",
		})
		await submit(page)
		await page.getByRole("alert").waitFor()
	},
	"register-taken": async ({ page, member, newcomer }) => {
		const { password } = newcomer
		await page.goto("/register")
		await fill(page, {
			username: member.username,
			email: "ada@example.org",
			password,
			confirm_password: password,
		})
		await submit(page)
		await page.getByRole("alert").waitFor()
	},
	login: ({ page }) => page.goto("/login"),
	"login-registered": async ({ page, member }) => {
		const { username, email, password } = member
		await page.goto("/register")
		await fill(page, { username: `${username}2`, email, password, confirm_password: password })
		await submit(page)
		await page.getByRole("status").waitFor()
	},
	"login-error": async (stage) => {
		await tryToSignIn(stage, { ...stage.member, password: "a wrong password" })
		await stage.page.getByRole("alert").waitFor()
	},
	"login-empty": async (stage) => {
		await tryToSignIn(stage, { username: "", password: "" })
		await stage.page.getByRole("alert").waitFor()
	},
	"login-not-verified": async (stage) => {
		await tryToSignIn(stage, stage.newcomer)
		await stage.page.getByRole("alert").waitFor()
	},
	"login-limited": async (stage) => {
		const data = { username: "somebody-else", password: "a wrong password" }
		for (let count = 0; count < 10; count++) await stage.page.request.post("/login", { data })
		await tryToSignIn(stage, data)
		await stage.page.getByText("Too many tries").waitFor()
	},
	"login-signed-out": async (stage) => {
		await signIn(stage, stage.member)
		await stage.page.goto("/logout")
		await submit(stage.page)
		await stage.page.getByRole("status").waitFor()
	},
	verify: ({ page, link }) => page.goto(link),
	"verify-error": ({ page, link }) => page.goto(`${link}x`),
	"verify-resend": ({ page }) => page.goto("/verify/resend"),
	"verify-resend-error": async ({ page }) => {
		await page.goto("/verify/resend")
		await fill(page, { email: "nobody" })
		await submit(page)
		await page.getByRole("alert").waitFor()
	},
	logout: async (stage) => {
		await signIn(stage, stage.member)
		await stage.page.goto("/logout")
	},
	"logout-signed-out": ({ page }) => page.goto("/logout"),
	account: async (stage) => {
		await signIn(stage, stage.member)
		await stage.page.goto("/account")
	},
	"problem-not-found": ({ page }) => page.goto("/nowhere"),
	"problem-other-site": async ({ page, url }) => {
		await page.setContent(
			`<form method="post" action="${url}/logout"><button type="submit">Go</button></form>`,
		)
		await submit(page)
		await page.getByRole("heading", { level: 1 }).waitFor()
	},
}

/** @param {Stage} stage @param {{ username: string, password: string }} person */
async function tryToSignIn({ page }, { username, password }) {
	await page.goto("/login")
	await fill(page, { username, password })
	await submit(page)
}

/** @param {Stage} stage @param {Person} person */
async function signIn(stage, person) {
	await tryToSignIn(stage, person)
	await stage.page.getByRole("heading", { name: `Hello, ${person.username}` }).waitFor()
}

/** @param {import("@playwright/test").Page} page @param {Record<string, string>} fields */
async function fill(page, fields) {
	for (const [name, value] of Object.entries(fields)) await page.locator(`input[name=${name}]`).fill(value)
}

/** @param {import("@playwright/test").Page} page */
function submit(page) {
	return page.locator("button[type=submit]").click()
}
