import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildCopy } from "./build-copy"
import { copyProject } from "./copy.mjs"
import { POLLS_OFTEN, startServer, type TestServer } from "./server"
import { SECRET_KEY, type Verification } from "./verification"

const EVENTS = "app/auth.events.server.ts"

/** What the forms of the copy ask for: each for another, and for new links the example of `docs/captcha.md`. */
const CAPTCHAS = `
const verifyUrl = process.env.CAPTCHA_VERIFY_URL
export const captchas: Record<CaptchaForm, Captcha | null> = {
	register: hcaptcha({ verifyUrl, sendsAddress: true }),
	login: recaptchaV2({ verifyUrl }),
	forgot: turnstile({ verifyUrl }),
	resend: spider,
}
`

export const keys = Object.fromEntries(
	["HCAPTCHA", "RECAPTCHA", "TURNSTILE"].flatMap((provider) => [
		[`${provider}_SITE_KEY`, `site-key-of-${provider.toLowerCase()}`],
		[`${provider}_SECRET_KEY`, SECRET_KEY],
	]),
)

/** A built copy whose forms ask for captchas: one for a whole run, and gone with it. @returns its folder */
export async function buildCaptchaFork(): Promise<string> {
	const folder = join(tmpdir(), "captcha-fork")
	if (existsSync(folder)) return folder
	const copy = copyProject()
	const [, example = ""] =
		/^```ts\n(const spider[\s\S]*?)^```$/m.exec(readFileSync("docs/captcha.md", "utf8")) ?? []
	const off = /export const captchas[\s\S]*?^}\n/m
	const code = readFileSync(EVENTS, "utf8")
	if (!off.test(code) || !example) throw new Error("The captchas, or their example, are not where they were.")
	const imports = `import { hcaptcha, recaptchaV2, turnstile } from "./auth/captcha/providers.server"\n`
	writeFileSync(`${copy}/${EVENTS}`, imports + code.replace(off, () => example + CAPTCHAS))
	await buildCopy(copy)
	// Whoever built one at the same time has it there already.
	if (existsSync(folder)) rmSync(copy, { recursive: true, force: true })
	else renameSync(copy, folder)
	return folder
}

/** Not in production, which checks tokens over https only. */
export function startCaptchaServer(
	folder: string,
	verification: Verification,
	env: Record<string, string>,
): Promise<TestServer> {
	const own = { NODE_ENV: "development", CAPTCHA_VERIFY_URL: verification.url }
	return startServer({ cwd: folder, env: { ...own, ...keys, ...env }, settings: { mail: POLLS_OFTEN } })
}
