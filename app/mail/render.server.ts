import { convert } from "html-to-text"
import type { ReactElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import type { Mail } from "./layout"
import type { Message } from "./transport.server"

export type MailElement = ReactElement<Parameters<typeof Mail>[0]>

/** @param element what a mail's component returns: a {@link Mail} */
export function renderMail(element: MailElement): Message {
	const html = `<!doctype html>${renderToStaticMarkup(element)}`
	const text = convert(html, {
		wordwrap: 78,
		selectors: [{ selector: "a", options: { linkBrackets: false } }],
	})
	return { subject: element.props.subject, html, text: `${text}\n` }
}
