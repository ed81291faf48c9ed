package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Terraform writes steps as configuration for the AWS provider, in blocks with
// an empty line between them. What is created or allowed becomes a resource.
// What is to go is taken over by an import first and goes when its blocks are
// deleted; the comment above says so. It is empty where a step does not pass
// Check.
//
// The text is written by hand: hclwrite would add 1.5 MB to the program, a
// fifteenth of it, for these six kinds of blocks.
func Terraform(steps []Step) string {
	var blocks []string
	for _, b := range Blocks(steps) {
		blocks = append(blocks, b.Text)
	}
	return strings.Join(blocks, "\n")
}

// Block is one resource of Terraform, with the import that takes it over.
type Block struct {
	Name string // of the resource
	Text string
}

// Blocks writes steps as Terraform does, block by block.
func Blocks(steps []Step) []Block {
	var blocks []Block
	add := func(name, text string) { blocks = append(blocks, Block{name, text}) }
	for i := range steps {
		s := &steps[i]
		if s.Check() != nil {
			return nil
		}
		switch s.Verb {
		case Create:
			name := identifier(s.Group)
			add(name, "resource \"aws_security_group\" \""+name+"\" {\n"+groupBody(s.Details)+"}\n")
		case SetGroups:
			for _, g := range s.Groups {
				if slices.Contains(s.Before, g) {
					continue
				}
				name := "attach_" + identifier(s.Interface) + "_" + identifier(g)
				add(name, "resource \"aws_network_interface_sg_attachment\" \""+name+"\" {\n  security_group_id = "+reference(g)+"\n"+attribute("network_interface_id", s.Interface)+"}\n")
			}
		case Authorize:
			for k := range s.Rules {
				name := "allow_" + identifier(s.Group) + "_" + identifier(s.Rules[k].String())
				add(name, s.resource(&s.Rules[k], name))
			}
		case Revoke:
			for k := range s.Rules {
				if len(s.Rules[k].IDs) == 0 {
					continue
				}
				id := s.Rules[k].IDs[0]
				name := "revoke_" + identifier(id)
				add(name, imported(s.ruleType(), name, id)+s.resource(&s.Rules[k], name))
			}
		case LookUp:
			add("look_up_"+identifier(s.Group), fmt.Sprintf("# The ids of the rules of %s were not read, and imports need them: %s\n", s.Group, s.Command()))
		case Delete:
			name := "delete_" + identifier(s.Group)
			body := ""
			if s.Details != nil {
				body = groupBody(s.Details)
			}
			add(name, imported("aws_security_group", name, s.Group)+"resource \"aws_security_group\" \""+name+"\" {\n"+body+"}\n")
		}
	}
	return blocks
}

func (s *Step) ruleType() string {
	return "aws_vpc_security_group_" + s.Direction.String() + "_rule"
}

// groupBody writes the arguments of a security group.
func groupBody(g *inventory.Group) string {
	text := attribute("name", g.Name) + attribute("description", g.Description)
	if g.VPC != "" {
		text += attribute("vpc_id", g.VPC)
	}
	return text
}

// imported takes over what is there, so that Terraform can take it away.
func imported(kind, name, id string) string {
	return fmt.Sprintf("# Apply to take %s over as it is, then delete both blocks and apply: Terraform takes it away.\n"+
		"import {\n  to = %s.%s\n  id = %s\n}\n", id, kind, name, hcl(id))
}

func (s *Step) resource(r *inventory.Rule, name string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "resource \"%s\" \"%s\" {\n", s.ruleType(), name)
	text.WriteString("  security_group_id = " + reference(s.Group) + "\n")
	switch p := r.Peer; {
	case p.Group != nil && p.Group.Account != "" && s.Account != "" && p.Group.Account != s.Account:
		text.WriteString(attribute("referenced_security_group_id", p.Group.Account+"/"+p.Group.ID))
	case p.Group != nil:
		text.WriteString("  referenced_security_group_id = " + reference(p.Group.ID) + "\n")
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

// reference is the id of a group, or of one that a resource creates.
func reference(group string) string {
	if IsNew(group) {
		return "aws_security_group." + identifier(group) + ".id"
	}
	return hcl(group)
}

// hcl quotes a string as HCL does, where ${ and %{ begin templates. What is
// not printed as one visible character is written by its number.
func hcl(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	runes := []rune(text)
	for i, c := range runes {
		switch {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteRune(c)
		case (c == '$' || c == '%') && i+1 < len(runes) && runes[i+1] == '{':
			out.WriteRune(c)
			out.WriteRune(c)
		case visible(c):
			out.WriteRune(c)
		case c > 0xffff:
			fmt.Fprintf(&out, `\U%08x`, c)
		default:
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// identifier makes a name for Terraform: letters, digits and underscores.
func identifier(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, strings.TrimPrefix(text, "$"))
}
