import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { startBuiltServer } from "../bench/server.mjs"
import { findBrowser } from "./browser.mjs"
import { say, setup } from "./setup.mjs"

const SIZES = {
	320: { width: 320, height: 568 },
	390: { width: 390, height: 844 },
	768: { width: 768, height: 1024 },
	1440: { width: 1440, height: 900 },
	2560: { width: 2560, height: 1440 },
}
const COLORS = ["light", "dark"]
const README_SIZE = { width: 768, height: 820 }
const PASSWORD = "correct horse battery"

/** Each picture is taken from a client address of its own, so that limits stay on. */
let addresses = 0

setup()
const { chromium } = await import("@playwright/test")
const { registrationOf } = await import("../e2e/support/registration.mjs")
const { states } = await import("../e2e/support/states.mjs")
const executablePath = await findBrowser()
const env = { NODE_ENV: "development", SMTP_URL: "", LOG_LEVEL: "error" }
const { url, databaseFile, stop } = await startBuiltServer({ env, output: "inherit" })
try {
	const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] })
	if (process.argv.includes("--readme")) await takeForReadme(browser)
	else await takeAll(browser)
	await browser.close()
} finally {
	stop()
}

async function takeAll(browser) {
	mkdirSync("screenshots", { recursive: true })
	const reached = { "dev-mail-empty": ({ page }) => page.goto("/dev/mail"), ...states }
	reached["dev-mail"] = ({ page }) => page.goto("/dev/mail")
	const people = {}
	for (const [name, reach] of Object.entries(reached)) {
		if (name !== "dev-mail-empty" && !people.member) Object.assign(people, await invitePeople())
		for (const [size, viewport] of Object.entries(SIZES))
			for (const colorScheme of COLORS) {
				const page = await newPage(browser, { viewport, colorScheme })
				await reach({ page, url, ...people })
				await page.waitForLoadState("networkidle")
				await page.mouse.move(0, 0)
				await page.screenshot({ path: `screenshots/${name}.${size}.${colorScheme}.png`, fullPage: true })
				await page.context().close()
			}
	}
	say(
		`${Object.keys(reached).length * Object.keys(SIZES).length * COLORS.length} pictures are in screenshots/`,
	)
}

async function takeForReadme(browser) {
	mkdirSync("docs/images", { recursive: true })
	for (const colorScheme of COLORS) {
		const page = await newPage(browser, { viewport: README_SIZE, colorScheme })
		await page.goto("/login")
		await page.waitForLoadState("networkidle")
		await page.screenshot({ path: `docs/images/login-${colorScheme}.png` })
		await page.context().close()
	}
	say("docs/images/login-light.png and login-dark.png are new")
}

async function newPage(browser, options) {
	const extraHTTPHeaders = { "X-Forwarded-For": freshAddress() }
	const context = await browser.newContext({ baseURL: url, extraHTTPHeaders, ...options })
	return context.newPage()
}

/** One whose address is confirmed, one whose is not, and one who may change accounts. */
async function invitePeople() {
	const member = { username: "ada", email: "ada.lovelace@example.org", password: PASSWORD }
	const newcomer = { username: "grace", email: "grace.hopper@example.org", password: PASSWORD }
	const links = []
	let cookie = ""
	for (const person of [member, newcomer]) {
		const registered = await post("/register", registrationOf(person))
		cookie = registered.headers.getSetCookie()[0].split(";")[0]
		links.push(await mailedLink(person.email))
	}
	await post("/verify", Object.fromEntries(new URL(links[0]).searchParams))
	const superuser = { username: "margaret", email: "margaret.hamilton@example.org", password: PASSWORD }
	const { username, email, password } = superuser
	execFileSync("node", ["bin/admin.mjs", "user:create", username, email, "--superuser", "--password-stdin"], {
		env: {
			...process.env,
			SECRET: randomBytes(32).toString("base64url"),
			DATABASE_URL: `file:${databaseFile}`,
		},
		input: password,
	})
	return { member, newcomer, superuser, link: links[1], cookie }
}

async function mailedLink(email) {
	for (let tries = 0; tries < 100; tries++) {
		const answer = await fetch(`${url}/dev/mail`, { headers: { Accept: "application/json" } })
		const mail = (await answer.json()).find(({ to }) => to === email)
		if (mail) return mail.text.match(/https?:\/\/\S+/)[0]
		await pause(100)
	}
	throw new Error(`No mail to ${email}`)
}

async function post(path, body) {
	const headers = { "Content-Type": "application/json", "X-Forwarded-For": freshAddress() }
	const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })
	if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
	return answer
}

function freshAddress() {
	addresses++
	return `10.0.${addresses >> 8}.${addresses & 255}`
}
