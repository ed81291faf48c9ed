package inventory

// Part names one part of a region's inventory; Parts is a set of them.
type Part uint64

// Parts is a set of Part values joined by |.
type Parts = Part

// The parts. What is to know of each is a row of partTable.
const (
	PartGroups Part = 1 << iota
	PartInterfaces
	PartRules // ids and tags of rules
	PartPrefixLists
	PartVPCs
	PartSubnets
	PartRouteTables
	PartNetworkACLs
	PartInternetGateways
	PartEgressGateways
	PartNATGateways
	PartPeerings
	PartPublicAccess
	PartAssociations
	PartStale
	PartLaunchTemplates
	PartEndpoints
	PartLoadBalancers
	PartFunctions
	PartFlowLogs
	PartWebACLs
	PartRecorders
	PartListeners
	PartQuotas
	PartConfigResources
	firstReferrers // of the first row of ReferrerServices; the others follow
)

// partEnd is behind the last part.
const partEnd = firstReferrers << len(ReferrerServices)

// Each returns the single parts of the set, in the order of their constants.
func (p Part) Each() []Part {
	var parts []Part
	for q := PartGroups; q < partEnd; q <<= 1 {
		if p&q != 0 {
			parts = append(parts, q)
		}
	}
	return parts
}

// Has reports whether every part of q is in p.
func (p Part) Has(q Part) bool { return p&q == q }

// String names the parts in words, joined by commas.
func (p Part) String() string {
	text := ""
	for _, q := range p.Each() {
		if text != "" {
			text += ", "
		}
		text += q.row().name
	}
	return text
}

// Depth chooses how much of each region is read.
type Depth string

const (
	DepthGroups   Depth = "groups"   // groups and interfaces: two permissions
	DepthNetwork  Depth = "network"  // and the network around them: EC2 only
	DepthServices Depth = "services" // and the services that own interfaces
)

// Parts returns what a run of this depth reads of every region. Any other text
// than the three depths is DepthNetwork.
func (d Depth) Parts() Parts {
	var parts Parts
	for i := range partTable {
		switch row := &partTable[i]; row.depth {
		case DepthGroups:
			parts |= row.part
		case DepthNetwork:
			if d != DepthGroups {
				parts |= row.part
			}
		case DepthServices:
			if d == DepthServices {
				parts |= row.part
			}
		}
	}
	return parts
}

// Operations returns the IAM actions of the calls that fill the part. Every one
// of them has to end well before the part counts as read.
func (p Part) Operations() []string { return p.row().operations }
