import { appName } from "../auth.config"
import { LinkButton, Mail, Moment, Paragraph } from "./layout"

/** Names nobody: the address isn't proven, and a user name may be a stranger's words. */
export function VerifyMail(props: { link: string; period: string; askedAt: Date }) {
	return (
		<Mail
			subject={`Confirm your e-mail address for ${appName}`}
			title="Confirm your address"
			preview={`Confirm it, and your account is ready. The link works for ${props.period}.`}
			reason={`Sent by ${appName}, because someone created an account with this address.`}
		>
			<Paragraph>Hello,</Paragraph>
			<Paragraph>Confirm that this address is yours, and your account is ready.</Paragraph>
			<LinkButton href={props.link}>Confirm my address</LinkButton>
			<Paragraph quiet>
				You asked for this on <Moment at={props.askedAt} />. The link works once, within {props.period}.
			</Paragraph>
			<Paragraph quiet>
				If this wasn't you, you can ignore this message: without the link, nobody can use the account.
			</Paragraph>
		</Mail>
	)
}
