/** Real answers have a few hundred. */
const MAX_ANSWER_BYTES = 16 * 1024

export type SiteVerifyAnswer = Record<string, unknown> & { success: boolean }

/**
 * Asks a provider about a token; hCaptcha, reCAPTCHA and Turnstile are asked alike. Goes to this address and no other:
 * a redirect is no answer.
 *
 * @throws when there is no answer, or none that can be read
 */
export async function siteVerify(
	url: string,
	fields: Record<string, string>,
	signal: AbortSignal,
): Promise<SiteVerifyAnswer> {
	const response = await fetch(url, {
		method: "POST",
		body: new URLSearchParams(fields),
		// Unpacked, a small answer could be a large one.
		headers: { Accept: "application/json", "Accept-Encoding": "identity" },
		redirect: "error",
		signal,
	})
	if (response.status !== 200) {
		await response.body?.cancel()
		throw new Error(`The provider answered ${response.status}`)
	}
	const answer: unknown = parseJson(await readText(response))
	if (!isAnswer(answer)) throw new Error("The provider's answer says neither yes nor no")
	return answer
}

async function readText(response: Response): Promise<string> {
	const chunks: Uint8Array[] = []
	let length = 0
	const reader = response.body?.getReader()
	for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
		length += read.value.length
		if (length > MAX_ANSWER_BYTES) {
			await reader?.cancel()
			throw new Error("The provider's answer has no end")
		}
		chunks.push(read.value)
	}
	return Buffer.concat(chunks).toString("utf8")
}

/** Its own error would repeat what was sent. */
function parseJson(text: string): unknown {
	try {
		return JSON.parse(text)
	} catch {
		throw new Error("The provider's answer is no JSON")
	}
}

function isAnswer(value: unknown): value is SiteVerifyAnswer {
	return (
		typeof value === "object" && value !== null && "success" in value && typeof value.success === "boolean"
	)
}
