import { Link } from "@remix-run/react"
import { Address } from "../ui/address"
import { Time } from "../ui/time"

type InboxMail = { id: string; to: string; subject: string; text: string; sent_at: string | null }

/** For developers: the mails that were sent. */
export function DevMailPage({ mails }: { mails: InboxMail[] }) {
	return (
		<section className="inside" aria-labelledby="title">
			<div className="inside-head">
				<div>
					<h1 id="title">Mail</h1>
					<p className="lead">Mails sent in development, newest first.</p>
				</div>
			</div>
			<div className="sheet">
				{mails.length === 0 && (
					<div className="empty">
						<p>No mail yet</p>
						<p>
							<Link to="/register">Create an account</Link>, then reload this page.
						</p>
					</div>
				)}
				{mails.map((mail) => (
					<article className="mail" key={mail.id}>
						<h2>{mail.subject}</h2>
						<p className="hint">
							To <Address end={mail.sent_at ? "," : "."}>{mail.to}</Address>{" "}
							{mail.sent_at && <Time iso={mail.sent_at} withClock end="." />}{" "}
							<a href={`/dev/mail/${mail.id}`}>See it as HTML</a>
						</p>
						<pre>
							<WithLinks text={mail.text} />
						</pre>
					</article>
				))}
			</div>
		</section>
	)
}

function WithLinks({ text }: { text: string }) {
	return text.split(/(https?:\/\/\S+)/).map((part, index) =>
		index % 2 ? (
			<a key={part} href={part}>
				{part}
			</a>
		) : (
			part
		),
	)
}
