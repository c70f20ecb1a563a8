import { appName } from "../auth.config"
import { LinkButton, Mail, Paragraph } from "./layout"

/** Names nobody: the address isn't proven, and a user name may be a stranger's words. */
export function EmailChangeMail(props: { link: string; period: string }) {
	return (
		<Mail subject={`Confirm your new e-mail address for ${appName}`}>
			<Paragraph>Hello,</Paragraph>
			<Paragraph>
				Someone, most likely you, wants to use this address for their account. Please confirm that it's yours.
			</Paragraph>
			<LinkButton href={props.link}>Confirm this address</LinkButton>
			<Paragraph quiet>
				The link works once, for {props.period}. If this wasn't you, you can ignore this e-mail: your address
				isn't used.
			</Paragraph>
		</Mail>
	)
}
