package remedy

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Terraform writes steps as configuration for the AWS provider, in blocks with
// an empty line between them. What is allowed becomes a resource. What is to
// go is taken over by an import first and goes when its blocks are deleted;
// the comment above says so.
func Terraform(steps []Step) string {
	var blocks []string
	for i := range steps {
		s := &steps[i]
		switch s.Verb {
		case Authorize:
			for k := range s.Rules {
				blocks = append(blocks, s.resource(&s.Rules[k], "allow_"+word(s.Group)+"_"+word(s.Rules[k].String())))
			}
		case Revoke:
			for k := range s.Rules {
				if len(s.Rules[k].IDs) == 0 {
					continue
				}
				id := s.Rules[k].IDs[0]
				blocks = append(blocks, imported(s.ruleType(), "revoke_"+word(id), id)+s.resource(&s.Rules[k], "revoke_"+word(id)))
			}
		case LookUp:
			blocks = append(blocks, fmt.Sprintf("# The ids of the rules of %s were not read, and imports need them: %s\n", s.Group, s.Command()))
		case Delete:
			name := "delete_" + word(s.Group)
			text := imported("aws_security_group", name, s.Group)
			text += fmt.Sprintf("resource \"aws_security_group\" %q {\n", name)
			if s.was != nil {
				text += attribute("name", s.was.Name) + attribute("description", s.was.Description)
				if s.was.VPC != "" {
					text += attribute("vpc_id", s.was.VPC)
				}
			}
			blocks = append(blocks, text+"}\n")
		}
	}
	return strings.Join(blocks, "\n")
}

func (s *Step) ruleType() string {
	return "aws_vpc_security_group_" + s.Direction.String() + "_rule"
}

// imported takes over what is there, so that Terraform can take it away.
func imported(kind, name, id string) string {
	return fmt.Sprintf("# Apply to take %s over as it is, then delete both blocks and apply: Terraform takes it away.\n"+
		"import {\n  to = %s.%s\n  id = %s\n}\n", id, kind, name, hcl(id))
}

func (s *Step) resource(r *inventory.Rule, name string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "resource %q %q {\n", s.ruleType(), name)
	text.WriteString(attribute("security_group_id", s.Group))
	switch p := r.Peer; {
	case p.Group != nil && p.Group.Account != "" && s.own != "" && p.Group.Account != s.own:
		text.WriteString(attribute("referenced_security_group_id", p.Group.Account+"/"+p.Group.ID))
	case p.Group != nil:
		text.WriteString(attribute("referenced_security_group_id", p.Group.ID))
	case p.List != "":
		text.WriteString(attribute("prefix_list_id", p.List))
	case p.Prefix.Addr().Is6():
		text.WriteString(attribute("cidr_ipv6", p.String()))
	default:
		text.WriteString(attribute("cidr_ipv4", p.String()))
	}
	switch t := r.Traffic; {
	case t.Protocol == inventory.AllProtocols:
		text.WriteString(attribute("ip_protocol", "-1"))
	default:
		text.WriteString(attribute("ip_protocol", t.Protocol.String()))
		if t.HasPorts() || t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6 {
			fmt.Fprintf(&text, "  from_port = %d\n  to_port = %d\n", t.First, t.Last)
		}
	}
	if r.Description != "" {
		text.WriteString(attribute("description", r.Description))
	}
	if own := ownTags(r.Tags); len(own) > 0 {
		text.WriteString("  tags = {\n")
		for _, t := range own {
			fmt.Fprintf(&text, "    %s = %s\n", hcl(t.Key), hcl(t.Value))
		}
		text.WriteString("  }\n")
	}
	text.WriteString("}\n")
	return text.String()
}

func attribute(name, value string) string { return "  " + name + " = " + hcl(value) + "\n" }

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{")

// hcl quotes a string as HCL does, where ${ and %{ begin templates.
func hcl(text string) string { return `"` + escapes.Replace(text) + `"` }

// word makes a name for Terraform: letters, digits and underscores.
func word(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, text)
}
