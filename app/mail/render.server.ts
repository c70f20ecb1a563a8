import { convert, type FormatCallback } from "html-to-text"
import type { ReactElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import type { Mail } from "./layout"
import type { Message } from "./transport.server"

export type MailElement = ReactElement<Parameters<typeof Mail>[0]>

/** @param element what a mail's component returns: a {@link Mail} */
export function renderMail(element: MailElement): Message {
	const html = `<!doctype html>${renderToStaticMarkup(element)}`
	const text = convert(html, {
		// Programs break lines where their window ends; lines that were broken before are ragged on a phone.
		wordwrap: false,
		formatters: { linkOnItsOwnLine },
		selectors: [
			{ selector: "a", format: "linkOnItsOwnLine" },
			{ selector: "h1", options: { uppercase: false } },
			...onlyForEyes.map((selector) => ({ selector, format: "skip" })),
		],
	})
	return { subject: element.props.subject, html, text: `${text}\n` }
}

/** What a text has already, or has no use for. */
const onlyForEyes = [".preview", ".brand", ".copy"]

/** So that a program recognises it whole, and nothing that follows becomes part of it. */
const linkOnItsOwnLine: FormatCallback = (link, walk, builder) => {
	builder.openBlock({ leadingLineBreaks: 2 })
	walk(link.children, builder)
	builder.addInline(":")
	builder.closeBlock({ trailingLineBreaks: 1 })
	builder.openBlock({ leadingLineBreaks: 1 })
	builder.addInline(link.attribs.href, { noWordTransform: true })
	builder.closeBlock({ trailingLineBreaks: 2 })
}
