package planned

// ruleBlocks are the rules in a group, as blocks of Terraform. The side is how the
// names of their groups and prefix lists begin.
func ruleBlocks(value any, side string) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	blocks := make([]any, 0, len(list))
	for _, item := range list {
		p, ok := item.(map[string]any)
		if !ok {
			blocks = append(blocks, item)
			continue
		}
		b := map[string]any{"protocol": p["IpProtocol"], "from_port": p["FromPort"], "to_port": p["ToPort"], "description": p["Description"]}
		for property, attribute := range map[string]string{
			"CidrIp": "cidr_blocks", "CidrIpv6": "ipv6_cidr_blocks", side + "PrefixListId": "prefix_list_ids", side + "SecurityGroupId": "security_groups",
		} {
			if x, given := p[property]; given {
				if owner, _ := p["SourceSecurityGroupOwnerId"].(string); owner != "" && attribute == "security_groups" {
					if id, ok := x.(string); ok {
						x = owner + "/" + id
					}
				}
				b[attribute] = []any{x}
			}
		}
		if name, given := p["SourceSecurityGroupName"]; given {
			b[sourceName] = name
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// parts gives the properties of a block the names of attributes. Where the block as a whole
// is known after apply only, each of them is.
func parts(all map[string]any, block any, names map[string]string) {
	for property, name := range names {
		switch x := block.(type) {
		case map[string]any:
			all[name] = x[property]
		case later:
			all[name] = x
		}
	}
}

// renamedIn gives the properties of a list of blocks other names. Those without one are left
// out. What is known after apply only stays.
func renamedIn(value any, names map[string]string) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	blocks := make([]any, 0, len(list))
	for _, item := range list {
		p, is := item.(map[string]any)
		if !is {
			blocks = append(blocks, item)
			continue
		}
		b := map[string]any{}
		for property, name := range names {
			if x, given := p[property]; given {
				b[name] = x
			}
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func tagsAll(all, p map[string]any) { all["tags_all"] = tagMap(p["Tags"]) }

// tagMap turns a list of keys and values into a map.
func tagMap(value any) map[string]any {
	tags := map[string]any{}
	list, _ := value.([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			if key, ok := m["Key"].(string); ok {
				tags[key] = m["Value"]
			}
		}
	}
	return tags
}

// describeInterfaces gives the interfaces that an instance describes the names that the
// attributes of an instance have.
func describeInterfaces(all, p map[string]any) {
	addressLists(all, p)
	list, ok := p["NetworkInterfaces"].([]any)
	if !ok {
		if value, given := p["NetworkInterfaces"]; given {
			all[describedInterfaces] = value
		}
		return
	}
	blocks := make([]any, 0, len(list))
	for _, item := range list {
		properties, ok := item.(map[string]any)
		if !ok {
			blocks = append(blocks, item)
			continue
		}
		block := map[string]any{}
		for property, attribute := range map[string]string{
			"GroupSet": "vpc_security_group_ids", "SubnetId": "subnet_id", "PrivateIpAddress": "private_ip",
			"AssociatePublicIpAddress": "associate_public_ip_address", "NetworkInterfaceId": "network_interface_id", "Ipv6AddressCount": "ipv6_address_count",
		} {
			if value, given := properties[property]; given {
				block[attribute] = value
			}
		}
		addressLists(block, properties)
		blocks = append(blocks, block)
	}
	all[describedInterfaces] = blocks
}

// addressLists takes the addresses out of lists of blocks, which Terraform has as lists
// of texts.
func addressLists(all, p map[string]any) {
	for _, list := range []struct{ property, part, attribute string }{
		{"PrivateIpAddresses", "PrivateIpAddress", "private_ips"}, {"Ipv6Addresses", "Ipv6Address", "ipv6_addresses"},
	} {
		items, ok := p[list.property].([]any)
		if !ok {
			if x, given := p[list.property]; given {
				all[list.attribute] = x
			}
			continue
		}
		addresses := make([]any, 0, len(items))
		for _, item := range items {
			if block, is := item.(map[string]any); is {
				item = block[list.part]
			}
			addresses = append(addresses, item)
		}
		all[list.attribute] = addresses
	}
}
