package awsclient

import (
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/inventory"
)

// readPartitions reads every partition, of the one that was probed what is
// behind its first page, and reports whether they hold what the chain held.
func (l *interfaceList) readPartitions(ctx context.Context, parts [][]string, probed int, probe *string) (whole bool, err error) {
	g, all := errgroup.WithContext(ctx)
	for i, ids := range parts {
		if i == probed && probe == nil {
			continue
		}
		g.Go(func() error {
			var first *string
			if i == probed {
				first = probe
			}
			_, err := l.read(all, first, ids, 0)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return false, err
	}
	lacking := missing(l.chained.all, l.parts.all)
	switch n := len(lacking); {
	case n == 0:
		return true, nil
	case n > maxFilterValues:
		return false, nil
	}
	before := len(l.parts.all)
	if _, err := l.read(ctx, nil, lacking, 0); err != nil { // deleted meanwhile?
		return false, err
	}
	return len(slices.Concat(l.parts.all[before:]...)) == 0, nil
}

// holds reports whether the partitions hold what the chain holds of one of them.
func (l *interfaceList) holds(ids []string) bool {
	for _, id := range missing(l.chained.all, l.parts.all) {
		if matches(ids, id) {
			return false
		}
	}
	return true
}

// interfacePartitions returns the values of the filter network-interface-id
// that cut the list into sixteen even parts and one for the rest. The ids of
// EC2 begin with eni- and a hexadecimal digit; those of 17 digits with eni-0
// and another one, which is as good as random; the few old ones of 8 digits go
// along. The rest are ids with another letter in those places, which no
// endpoint of AWS has given so far: nothing may be lost if one does. Filters
// know the wildcard * and take 200 values (EC2 user guide, filter your
// resources).
func interfacePartitions() [][]string {
	const digits, letters = "0123456789abcdef", "ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_."
	parts := make([][]string, len(digits)+1)
	for i, d := range digits {
		parts[i] = append(parts[i], "eni-0"+string(d)+"*")
		if d != '0' {
			parts[i] = append(parts[i], "eni-"+string(d)+"*")
		}
	}
	rest := &parts[len(digits)]
	*rest = append(*rest, "eni-0")
	for _, c := range letters {
		*rest = append(*rest, "eni-"+string(c)+"*", "eni-0"+string(c)+"*")
	}
	return parts
}

// missing returns the ids of the first interfaces that are not among the
// others, sorted. An endpoint that does not know wildcards, or ids of another
// form, come out so, and so do interfaces that were deleted meanwhile.
func missing(first, others [][]inventory.Interface) []string {
	left := map[string]bool{}
	for _, items := range first {
		for i := range items {
			left[items[i].ID] = true
		}
	}
	for _, items := range others {
		for i := range items {
			delete(left, items[i].ID)
		}
	}
	return slices.Sorted(maps.Keys(left))
}

// matches reports whether an id is one of the values of a filter. The wildcard
// * stands at their end alone.
func matches(values []string, id string) bool {
	return slices.ContainsFunc(values, func(value string) bool {
		prefix, wild := strings.CutSuffix(value, "*")
		return wild && strings.HasPrefix(id, prefix) || id == value
	})
}
