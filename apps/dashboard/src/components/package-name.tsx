import { Link } from 'react-router';
import { type PackagePlace, packagePath } from './channel-paths.js';

/** A package's name, leading to its page. */
export function PackageName({ place }: { readonly place: PackagePlace }) {
  return (
    <Link to={packagePath(place)}>
      <strong>{place.name}</strong>
    </Link>
  );
}
