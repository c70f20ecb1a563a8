import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { say } from "./setup.mjs"

const SYSTEM_PLACES = {
	linux: [
		// The same engine without a window around it: the tests take a third of the time.
		"/usr/bin/chromium-headless-shell",
		"/usr/bin/chromium",
		"/usr/bin/chromium-browser",
		"/usr/bin/google-chrome",
		"/usr/bin/google-chrome-stable",
		"/snap/bin/chromium",
	],
	darwin: [
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	],
	win32: [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA]
		.filter(Boolean)
		.map((folder) => join(folder, "Google", "Chrome", "Application", "chrome.exe")),
}

/**
 * Finds a Chromium: the one that is named, the system's, Playwright's; else installs one. Says which it is, or what to
 * do where there is none.
 *
 * @returns the path of its executable; undefined for Playwright's own
 */
export async function findBrowser() {
	const named = process.env.CHROMIUM_PATH
	if (named && !existsSync(named)) giveUp(`CHROMIUM_PATH names ${named}, but there is no such file.`)
	const found = named || findInSystem()
	if (found) {
		say(`Using the browser ${found}`)
		return found
	}
	if (await hasOwnBrowser()) {
		say("Using Playwright's own Chromium")
		return undefined
	}
	return install()
}

async function install() {
	say("No Chromium here: asking Playwright to install one (some 150 MB, once)…")
	if (attempt("npx", ["playwright", "install", "chromium"]) && (await hasOwnBrowser())) {
		say("Using Playwright's own Chromium, just installed")
		return undefined
	}
	if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
		say("Playwright could not: installing Debian's Chromium by apt-get…")
		attempt("apt-get", ["update"])
		// Older releases have only the browser with a window.
		for (const name of ["chromium-headless-shell", "chromium"])
			if (attempt("apt-get", ["install", "-y", name])) break
		const installed = findInSystem()
		if (installed) {
			say(`Using the browser ${installed}, just installed`)
			return installed
		}
	}
	giveUp("No Chromium was found, and none could be installed.")
}

/** @returns the path of the executable of a Chromium that starts; undefined where there is none */
export function findInSystem() {
	return (SYSTEM_PLACES[process.platform] ?? []).find((place) => existsSync(place) && starts(place))
}

async function hasOwnBrowser() {
	const { chromium } = await import("@playwright/test")
	const place = chromium.executablePath()
	return existsSync(place) && starts(place)
}

/**
 * A file may be there whose libraries are not. Chrome for Windows would open a window instead of telling its version.
 */
function starts(executable) {
	return process.platform === "win32" || attempt(executable, ["--version"])
}

function attempt(command, parameters) {
	try {
		execFileSync(command, parameters, {
			stdio: ["ignore", "pipe", "pipe"],
			shell: process.platform === "win32",
		})
		return true
	} catch {
		return false
	}
}

function giveUp(sentence) {
	console.error(
		`✗ ${sentence} Install Chromium or Chrome (Debian: \`apt-get install chromium\`; elsewhere: \`npx playwright install --with-deps chromium\`), or set CHROMIUM_PATH to the one that you have.`,
	)
	process.exit(1)
}
