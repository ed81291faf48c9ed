package awsclient

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// scalingGroups is the call that lists the Auto Scaling groups.
var scalingGroups = inventory.ServiceCall{Action: "DescribeAutoScalingGroups", Size: "MaxRecords", Most: 100, Token: "NextToken", Next: "NextToken", Items: "AutoScalingGroups[]"}

// templateSpecifications are where an Auto Scaling group names launch templates (Amazon
// EC2 Auto Scaling API reference, "AutoScalingGroup").
var templateSpecifications = []string{
	"LaunchTemplate", "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification",
	"MixedInstancesPolicy.LaunchTemplate.Overrides[].LaunchTemplateSpecification",
}

// pinned is one version of a launch template, of which the number is fixed.
type pinned struct {
	template string // id
	version  int64
}

// scalingGroup is an Auto Scaling group with the versions that it starts instances from.
type scalingGroup struct {
	name, arn string
	versions  []pinned
}

// readScalingGroups reads the Auto Scaling groups that start instances from a fixed
// version of a launch template, and the groups of those versions: one call for each such
// template. The latest and the default versions are those of readLaunchTemplates.
func readScalingGroups(ctx context.Context, r *reader, p *pager) error {
	s := inventory.ReferrerServiceOf("autoscaling")
	if r.client.files {
		return nil // the files of a region do not say whether they have all versions
	}
	var groups []scalingGroup
	chain := &referrerChain{r: r, p: p, s: s}
	err := chain.pages(ctx, &scalingGroups, [][]string{nil}, func(item answer) error {
		g, err := r.scalingGroup(s.Part(), item)
		if err == nil && len(g.versions) > 0 {
			groups = append(groups, g)
		}
		return err
	}, nil)
	if err != nil {
		return err
	}
	templates := map[string][]int64{}
	for _, g := range groups {
		for _, v := range g.versions {
			templates[v.template] = append(templates[v.template], v.version)
		}
	}
	ids := slices.Sorted(maps.Keys(templates))
	if len(ids) > mostDescribed {
		r.malformed(s.Part(), "DescribeLaunchTemplateVersions would be called for each of %d launch templates, and is called for the first %d: the others are not known", len(ids), mostDescribed)
		ids = ids[:mostDescribed]
	}
	v := &templateVersions{r: r, p: p.another(), part: s.Part(), found: map[pinned][]string{}}
	for _, id := range ids {
		slices.Sort(templates[id])
		for versions := range slices.Chunk(slices.Compact(templates[id]), templatePage) {
			if err := v.read(ctx, id, versions); err != nil {
				return operationError{"ec2:DescribeLaunchTemplateVersions", err}
			}
		}
	}
	for _, g := range groups {
		x := inventory.Referrer{Service: s.Service, Kind: "group", Name: g.name, ID: g.arn}
		for _, version := range g.versions {
			x.Groups = append(x.Groups, v.found[version]...)
		}
		if len(x.Groups) > 0 {
			r.mu.Lock()
			r.region.Referrers = append(r.region.Referrers, x)
			r.mu.Unlock()
		}
	}
	return nil
}

// scalingGroup takes an item of the list apart.
func (r *reader) scalingGroup(part inventory.Part, item answer) (g scalingGroup, err error) {
	if g.name, err = textAt(item, "AutoScalingGroupName"); err != nil {
		return g, err
	}
	if g.arn, err = textAt(item, "AutoScalingGroupARN"); err != nil {
		return g, err
	}
	if g.name == "" {
		r.malformed(part, "an Auto Scaling group has no name")
		return g, nil
	}
	for _, path := range templateSpecifications {
		specifications, err := at(item, path)
		if err != nil {
			return g, err
		}
		for _, one := range specifications {
			id, err := textAt(one, "LaunchTemplateId")
			if err != nil {
				return g, err
			}
			text, err := textAt(one, "Version")
			if err != nil {
				return g, err
			}
			number, failed := strconv.ParseInt(text, 10, 64)
			switch {
			case id == "" && text == "":
			case id == "":
				r.malformed(part, "Auto Scaling group %s names a launch template without an id", words.Cut(g.name, mostText))
			case text == "" || text == "$Latest" || text == "$Default":
			case failed != nil || number < 1:
				r.malformed(part, "Auto Scaling group %s names the version %q of launch template %s, which is not a number", words.Cut(g.name, mostText), words.Cut(text, mostName), words.Cut(id, mostName))
			default:
				g.versions = append(g.versions, pinned{id, number})
			}
		}
	}
	return g, nil
}

// templateVersions reads versions of launch templates.
type templateVersions struct {
	r     *reader
	p     *pager
	part  inventory.Part
	found map[pinned][]string // the groups of each version
}

// read reads versions of one template. AWS refuses a call of which one version was
// deleted, so that each is asked for alone then. No instance can be started from a
// version or a template that is deleted.
func (v *templateVersions) read(ctx context.Context, id string, versions []int64) error {
	err := list(ctx, v.p, v.r.ec2.DescribeLaunchTemplateVersions,
		func(token *string) *ec2.DescribeLaunchTemplateVersionsInput {
			in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &id, MaxResults: aws.Int32(templatePage), NextToken: token, IncludeManagedResources: aws.Bool(true)}
			for _, n := range versions {
				in.Versions = append(in.Versions, strconv.FormatInt(n, 10))
			}
			return in
		},
		func(out *ec2.DescribeLaunchTemplateVersionsOutput) ([]types.LaunchTemplateVersion, *string) {
			return out.LaunchTemplateVersions, out.NextToken
		},
		func(x *types.LaunchTemplateVersion) { v.add(id, x) })
	switch codeOf(err) {
	case "InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.NotFoundException":
		return nil
	case "InvalidLaunchTemplateId.VersionNotFound":
		if len(versions) == 1 {
			return nil
		}
		for _, n := range versions {
			if err := v.read(ctx, id, []int64{n}); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, n := range versions {
		if _, answered := v.found[pinned{id, n}]; !answered && !v.p.firstPage {
			v.r.malformed(v.part, "the answer to DescribeLaunchTemplateVersions does not have version %d of launch template %s, which was asked for", n, words.Cut(id, mostName))
		}
	}
	return nil
}

// add keeps the groups of a version. Those that it has by their names are looked up.
func (v *templateVersions) add(template string, x *types.LaunchTemplateVersion) {
	version := pinned{template, aws.ToInt64(x.VersionNumber)}
	groups := []string{}
	if d := x.LaunchTemplateData; d != nil {
		groups = append(groups, d.SecurityGroupIds...)
		for k := range d.NetworkInterfaces {
			groups = append(groups, d.NetworkInterfaces[k].Groups...)
		}
		if len(d.SecurityGroups) > 0 {
			v.r.after(inventory.PartGroups)
			for i := range v.r.region.Groups {
				if g := &v.r.region.Groups[i]; slices.Contains(d.SecurityGroups, g.Name) {
					groups = append(groups, g.ID)
				}
			}
		}
	}
	v.found[version] = append(groups, v.found[version]...)
	for _, id := range groups {
		if !inventory.IsGroupID(id) {
			v.r.malformed(v.part, "version %d of launch template %s has the security group %q, which is not an id of one", version.version, words.Cut(template, mostName), words.Cut(id, mostName))
		}
	}
	v.found[version] = slices.DeleteFunc(v.found[version], func(id string) bool { return !inventory.IsGroupID(id) })
}
