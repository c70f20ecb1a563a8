import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

/** Names nobody: the address isn't proven, and a user name may be a stranger's words. */
export function EmailChangeMail(props: { link: string; period: string }) {
	return (
		<Mail
			subject={`Confirm your new e-mail address for ${appName}`}
			title="Confirm your new address"
			preview={`Confirm that it's yours. The link works for ${props.period}.`}
			reason={`Sent by ${appName}, because someone wants to use this address for an account there.`}
		>
			<Paragraph>Hello,</Paragraph>
			<Paragraph>
				Someone, most likely you, wants to use this address for an account. Confirm that it's yours.
			</Paragraph>
			<LinkButton href={props.link}>Confirm this address</LinkButton>
			<Paragraph quiet>
				The link works once, within {props.period}. If this wasn't you, you can ignore this message: without
				the link, nobody can use your address.
			</Paragraph>
		</Mail>
	)
}
