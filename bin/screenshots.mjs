import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { startBuiltServer } from "../bench/server.mjs"
import { findBrowser } from "./browser.mjs"
import freshBuild from "./fresh-build.mjs"
import { say } from "./setup.mjs"

/**
 * `npm run screenshots`: every page and state, in each size, by day and by night, with JavaScript and without.
 * `npm run screenshots -- login 390 dark js`: states with `login` in their name, and of the rest only what is named.
 * `npm run screenshots -- --readme`: the pictures in docs/images.
 */
const SIZES = {
	320: { width: 320, height: 568 },
	390: { width: 390, height: 844 },
	768: { width: 768, height: 1024 },
	1440: { width: 1440, height: 900 },
	2560: { width: 2560, height: 1440 },
}
const COLORS = ["light", "dark"]
const SCRIPTS = ["js", "no-js"]
const README_SIZE = { width: 768, height: 820 }
const PASSWORD = "correct horse battery"

const words = process.argv.slice(2)
const chosenOf = (all) =>
	all.some((one) => words.includes(one)) ? all.filter((one) => words.includes(one)) : all
const sizes = chosenOf(Object.keys(SIZES))
const colors = chosenOf(COLORS)
const scripts = chosenOf(SCRIPTS)
const names = words.filter(
	(word) => ![...Object.keys(SIZES), ...COLORS, ...SCRIPTS, "--readme"].includes(word),
)

/** Each state is reached from a client address of its own, so that limits stay on. */
let addresses = 0
let url
let databaseUrl
const readMails = new Set()

freshBuild()
const { chromium } = await import("@playwright/test")
const { registrationOf } = await import("../e2e/support/registration.mjs")
const { scriptedStates, states } = await import("../e2e/support/states.mjs")
const executablePath = await findBrowser()
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] })
if (words.includes("--readme")) await withServer(takeForReadme)
else for (const script of scripts) await withServer(() => takeAll(script))
await browser.close()

/** One for each run through the states: some of them leave traces. */
async function withServer(take) {
	const env = { NODE_ENV: "development", SMTP_URL: "", LOG_LEVEL: "error" }
	const server = await startBuiltServer({ env, output: "inherit" })
	;({ url, databaseUrl } = server)
	try {
		await take()
	} finally {
		server.stop()
	}
}

async function takeAll(script) {
	mkdirSync("screenshots", { recursive: true })
	const inbox = ({ page }) => page.goto("/dev/mail")
	const chosen = Object.entries({ "dev-mail-empty": inbox, ...states, "dev-mail": inbox }).filter(
		([name]) =>
			(script === "js" || !scriptedStates.has(name)) &&
			(names.length === 0 || names.some((part) => name.includes(part))),
	)
	const people = {}
	for (const [index, [name, reach]] of chosen.entries()) {
		say(`${index + 1}/${chosen.length} ${name} (${script})`)
		if (name !== "dev-mail-empty" && !people.member) Object.assign(people, await invitePeople())
		const page = await newPage({ javaScriptEnabled: script === "js" })
		await reach({ page, url, mailed: mailedLink, ...people })
		// A form that stays on its way never is.
		await page.waitForLoadState("networkidle", { timeout: 3000 }).catch(() => {})
		await page.mouse.move(0, 0)
		for (const size of sizes)
			for (const colorScheme of colors) {
				await page.setViewportSize(SIZES[size])
				await page.emulateMedia({ colorScheme })
				// A style sheet that did not arrive, or a word that is too long.
				if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
					throw new Error(`${name} is wider than its window of ${size} pixels`)
				const path = `screenshots/${name}.${size}.${colorScheme}.${script}.png`
				await page.screenshot({ path, fullPage: true, animations: "disabled" })
			}
		await page.context().close()
	}
	say(`${chosen.length * sizes.length * colors.length} pictures (${script}) are in screenshots/`)
}

async function takeForReadme() {
	mkdirSync("docs/images", { recursive: true })
	for (const colorScheme of COLORS) {
		const page = await newPage({ viewport: README_SIZE, colorScheme })
		await page.goto("/login")
		await page.waitForLoadState("networkidle")
		await page.screenshot({ path: `docs/images/login-${colorScheme}.png` })
		await page.context().close()
	}
	say("docs/images/login-light.png and login-dark.png are new")
}

async function newPage(options) {
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
	const { username, email, password, confirm_password: _, ...fields } = registrationOf(superuser)
	const own = Object.entries(fields).map(([name, value]) => `--field=${name}=${value}`)
	const command = ["user:create", username, email, "--superuser", "--password-stdin", ...own]
	execFileSync("node", ["bin/admin.mjs", ...command], {
		env: {
			...process.env,
			SECRET: randomBytes(32).toString("base64url"),
			DATABASE_URL: databaseUrl,
		},
		input: password,
	})
	return { member, newcomer, superuser, link: links[1], cookie }
}

/** Waits for a mail to the address that no earlier call has read. */
async function mailedLink(address) {
	for (let tries = 0; tries < 100; tries++) {
		const answer = await fetch(`${url}/dev/mail`, { headers: { Accept: "application/json" } })
		const mail = (await answer.json()).find(({ id, to }) => to === address && !readMails.has(id))
		if (mail) {
			readMails.add(mail.id)
			return mail.text.match(/https?:\/\/\S+/)[0]
		}
		await pause(100)
	}
	throw new Error(`No mail to ${address}`)
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
