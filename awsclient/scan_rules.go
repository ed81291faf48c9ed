package awsclient

// scanRules reads an answer to DescribeSecurityGroupRules.
func scanRules(s *scanner, p *page[ruleDetail]) {
	scanPage(s, p, "securityGroupRuleSet", (*scanner).rule)
}

func (s *scanner) rule(p *page[ruleDetail]) {
	var d ruleDraft
	s.tags = s.tags[:0]
	for s.child() {
		switch string(s.name) {
		case "securityGroupRuleId":
			d.id = s.fresh(s.text())
		case "groupId":
			d.group = s.word(s.text())
		case "isEgress":
			d.egress = s.flag()
		case "ipProtocol":
			d.protocol = s.word(s.text())
		case "fromPort":
			d.from = s.port(&s.from)
		case "toPort":
			d.to = s.port(&s.to)
		case "cidrIpv4":
			d.ipv4 = s.text()
		case "cidrIpv6":
			d.ipv6 = s.text()
		case "prefixListId":
			d.list = optionalText{s.text(), true}
		case "referencedGroupInfo":
			id, here := s.only("groupId")
			if here || !d.ref.here {
				d.ref = optionalText{id, true}
			}
		case "tagSet":
			s.tags = s.tagSet(s.tags)
		default:
			s.other()
		}
	}
	d.end(p, s.word, s.keptTags.keep(s.tags))
}
