import { Link } from "@remix-run/react"
import { Address } from "../ui/address"
import { Card, useNotice } from "../ui/card"
import { Envelope } from "../ui/envelope"
import { Form } from "../ui/form"
import { SubmitButton } from "../ui/submit-button"

type VerifySentPageProps = {
	/** As it was typed; null where this browser doesn't know. */
	email: string | null
	/** Whether there's a mail in any case. */
	promised: boolean
	redirect_to: string | null
	/** Where mails are read in development. */
	inbox: string | null
	/** Whether one can register. */
	registration?: boolean
}

/** The same for every address: what it says is what this browser typed. */
export function VerifySentPage(props: VerifySentPageProps) {
	const { email, promised, redirect_to, inbox, registration } = props
	const isToldByNotice = useNotice() !== null && email !== null && !promised
	const query = redirect_to ? `?${new URLSearchParams({ redirect_to })}` : ""
	return (
		<Card
			picture={<Envelope />}
			title="Check your mail"
			lead={!isToldByNotice && <WhatToDo email={email} promised={promised} />}
			footer={
				registration && (
					<>
						Wrong address? <Link to={`/register${query}`}>Start over</Link>
					</>
				)
			}
		>
			{isToldByNotice && (
				<p>
					Open it to confirm{" "}
					<Address strong end=".">
						{email}
					</Address>
				</p>
			)}
			<p className="hint">Nothing there after a few minutes? Look in your spam folder, or send it again.</p>
			{inbox && (
				<p className="hint">
					In development, <a href={inbox}>open the inbox</a>.
				</p>
			)}
			{email ? (
				<Form id="resend" action="/verify/resend" redirectTo={redirect_to} hidden={{ email }}>
					<SubmitButton quiet pending="Sending…">
						Send it again
					</SubmitButton>
				</Form>
			) : (
				<Link to="/verify/resend" className="button button-quiet">
					Get a new link
				</Link>
			)}
		</Card>
	)
}

function WhatToDo({ email, promised }: { email: string | null; promised: boolean }) {
	if (!email) return <>We've sent you a link. Open it to confirm your address.</>
	const address = (end?: string) => (
		<Address strong end={end}>
			{email}
		</Address>
	)
	if (promised) return <>We've sent a link to {address(".")} Open it to confirm your address.</>
	return <>If {address()} still has to be confirmed, we've sent a new link there. Open it, and you're done.</>
}
